"""The words of the benchmark's tables and charts, in both languages, side by side."""

from __future__ import annotations

_TITLES = {
    "loop": {"es": "ciclo `for`", "en": "`for` loop"},
    "Pool": {"es": "`multiprocessing.Pool`", "en": "`multiprocessing.Pool`"},
    "ThreadPoolExecutor": {"es": "`ThreadPoolExecutor`", "en": "`ThreadPoolExecutor`"},
    "ProcessPoolExecutor": {"es": "`ProcessPoolExecutor`", "en": "`ProcessPoolExecutor`"},
}

_NAMES = {
    "threads": {"es": "hilos", "en": "threads"},
    "processes": {"es": "procesos", "en": "processes"},
    "pool": {"es": "Pool", "en": "Pool"},
}

WORDS = {
    "title": {"es": "Formas de hacer el mismo trabajo", "en": "Ways of doing the same work"},
    "to": {"es": "a", "en": "to"},
    "computing": {"es": "Calcular", "en": "Computing"},
    "waiting": {"es": "Esperar", "en": "Waiting"},
    "tiny": {"es": "Tareas diminutas", "en": "Tiny tasks"},
    "computing_job": {
        "es": "Calcular: contar primos, {n} elementos de {item}; {rounds} rondas.",
        "en": "Computing: counting primes, {n} items of {item}; {rounds} rounds.",
    },
    "waiting_job": {
        "es": "Esperar: como a un servidor, {n} elementos de {item}; {rounds} rondas.",
        "en": "Waiting: as for a server, {n} items of {item}; {rounds} rounds.",
    },
    "tiny_job": {
        "es": "Tareas diminutas: elevar al cuadrado, {n} elementos de {item}; {rounds} rondas.",
        "en": "Tiny tasks: squaring, {n} items of {item}; {rounds} rounds.",
    },
    "seldom": {
        "es": "Las formas más lentas, en una de cada cuatro.",
        "en": "The slowest ways in every fourth one.",
    },
    "ratio_head": {"es": "Primera forma / segunda", "en": "First way / second"},
    "ratio_text": {
        "es": "Tiempo de la primera forma dividido por el de la segunda; menos de 1 es que gana la "
        "primera. Mediana de los cocientes de todas las rondas, y entre paréntesis sus cuartiles:",
        "en": "Time of the first way divided by that of the second; below 1 the first one wins. "
        "The median of the ratios of all rounds, with their quartiles in brackets:",
    },
    "time_head": {"es": "Forma", "en": "Way"},
    "time_text": {
        "es": "Lo que tarda cada forma (mediana), y cuántas veces más rápida es que el ciclo "
        "(mediana y cuartiles; menos de 1 es más lenta):",
        "en": "What each way takes (median), and how many times as fast as the loop it is "
        "(median and quartiles; below 1 is slower):",
    },
    "aim_met": {
        "es": "La meta, que `run` tarde a lo sumo {aim} veces lo que tarda la llamada que "
        "envuelve, se cumple en todos los casos.",
        "en": "The aim, that `run` take at most {aim} times as long as the call that it wraps, "
        "is met in every case.",
    },
    "aim_missed": {
        "es": "La meta, que `run` tarde a lo sumo {aim} veces lo que tarda la llamada que "
        "envuelve, no se cumple en: {missed}.",
        "en": "The aim, that `run` take at most {aim} times as long as the call that it wraps, "
        "is missed in: {missed}.",
    },
    "facts": {
        "es": "Medido en {system} con {usable_cpus} CPU utilizables de {logical_cpus} "
        "({processor}), Python {python}; {n} procesos o hilos en cada forma, método de inicio "
        "`{method}`; {versions}. Otros programas ocuparon mientras tanto hasta {busy} CPU.",
        "en": "Measured on {system} with {usable_cpus} usable CPUs of {logical_cpus} "
        "({processor}), Python {python}; {n} processes or threads in each way, start method "
        "`{method}`; {versions}. Meanwhile other programs kept up to {busy} CPUs busy.",
    },
    "busy": {
        "es": "**La máquina no estaba libre: estas cifras valen menos.**",
        "en": "**The machine was not free: these figures are worth less.**",
    },
    "own_methods": {
        "es": "joblib (con loky) y Dask (con `spawn`) inician sus procesos a su manera, "
        "sea cual sea el método.",
        "en": "joblib (with loky) and Dask (with `spawn`) start their processes in their own way, "
        "whatever the method.",
    },
    "batches": {
        "es": "`ProcessPoolExecutor` recibe el `chunksize` de `run`; `ThreadPoolExecutor` no tiene "
        "bloques y recibe los elementos uno por uno: en las tareas diminutas el cociente "
        "muestra sobre todo lo que valen los bloques. Dask recibe las tareas diminutas en listas, "
        "porque crea un futuro por elemento. Todo lo demás, como viene.",
        "en": "`ProcessPoolExecutor` gets the `chunksize` of `run`; `ThreadPoolExecutor` has no "
        "chunks and gets the items one by one: on tiny tasks the ratio shows above all what chunks "
        "are worth. Dask gets the tiny tasks in lists, since it makes a future for each "
        "item. All else is as it comes.",
    },
    "chart_title": {
        "es": "En {met} de {n} casos run() tarda a lo sumo {aim} veces lo que la llamada que "
        "envuelve",
        "en": "In {met} of {n} cases run() takes at most {aim} times as long as the call it wraps",
    },
    "chart_best": {
        "es": "{job}: {way}, {speed} que el ciclo",
        "en": "{job}: {way}, {speed} as the loop",
    },
    "chart_loop": {
        "es": "{job}: nada le gana al ciclo for",
        "en": "{job}: nothing beats the for loop",
    },
    "chart_items": {"es": "{n} elementos de {item}", "en": "{n} items of {item}"},
    "chart_log": {"es": "{unit}, en escala logarítmica", "en": "{unit}, on a logarithmic scale"},
    "chart_raw": {"es": "tal cual", "en": "as it is"},
    "chart_run": {"es": "con run()", "en": "with run()"},
}


def way_title(name: str, language: str) -> str:
    """Return how a way is called in a table: in Markdown, as a learner would write it."""
    if name.startswith("run "):
        return f'`run(how="{name.removeprefix("run ")}")`'
    return _TITLES[name][language] if name in _TITLES else name


def way_name(how: str, language: str) -> str:
    """Return how a way is called in a sentence; a library has its own name."""
    return _NAMES[how][language] if how in _NAMES else how
