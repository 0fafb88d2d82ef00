"""The current language, and the messages in it."""

from __future__ import annotations

import threading

import pytest

from helpers.language import (
    LANGUAGES,
    current_language,
    message,
    messages,
    set_language,
    speaking,
)


@pytest.fixture(autouse=True)
def _restored():
    """Give back the language that was set."""
    before = current_language()
    yield
    set_language(before)


def test_the_first_language_is_english():
    """Until a language is set it is English, in a fresh interpreter."""
    import subprocess
    import sys

    program = "from helpers.language import current_language; print(current_language())"
    completed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=200, check=True
    )
    assert completed.stdout.strip() == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_set_and_current(language):
    """What was set is current, and messages are in it."""
    set_language(language)
    assert current_language() == language
    word = {"es": "Eso no es una carpeta", "en": "That is a file"}[language]
    assert message("files.not_a_folder").startswith(word)


def test_the_language_is_that_of_the_process():
    """A language that was set in another thread holds in this one."""
    set_language("en")
    thread = threading.Thread(target=set_language, args=("es",))
    thread.start()
    thread.join()
    assert current_language() == "es"


@pytest.mark.parametrize("former", LANGUAGES)
def test_a_language_for_a_while(former):
    """The other language is spoken inside, and the former one again after it, after errors too."""
    set_language(former)
    other = "en" if former == "es" else "es"
    with speaking(other):
        assert current_language() == other
    assert current_language() == former
    with pytest.raises(KeyError), speaking(other):
        message("no.such.message")
    assert current_language() == former
    with pytest.raises(ValueError, match="fr"), speaking("fr"):
        pass
    assert current_language() == former


@pytest.mark.parametrize("before", LANGUAGES)
@pytest.mark.parametrize("value", ["fr", "", "ES", "español", " es", None, 3, b"es", ["es"], {}])
def test_unknown_languages(before, value):
    """Any other language is an error that shows what came and what there is; nothing changes."""
    set_language(before)
    with pytest.raises(ValueError, match='"es"') as caught:
        set_language(value)
    assert repr(value) in str(caught.value)
    assert '"en"' in str(caught.value)
    assert current_language() == before


def test_the_error_is_in_the_language_before():
    """The error about a language is in the one that is current."""
    texts = []
    for language in LANGUAGES:
        set_language(language)
        with pytest.raises(ValueError, match="fr") as caught:
            set_language("fr")
        texts.append(str(caught.value))
    assert len(set(texts)) == len(LANGUAGES)


def test_placeholders_are_filled():
    """The values stand in the message, braces in them too."""
    text = message("language.unknown", received="{0} {x}")
    assert "{0} {x}" in text


def test_values_named_like_the_parameter():
    """A placeholder may be called ``key``: the first parameter is positional."""
    with pytest.raises(KeyError):
        message("language.unknown", key="x")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "language",
        "language.",
        "language.x",
        "nothing",
        ".",
        "language.unknown.en",
        "language..x",
    ],
)
def test_unknown_messages(key):
    """A message that does not exist, or half a name, is a KeyError that tells the whole name."""
    with pytest.raises(KeyError) as caught:
        message(key)
    assert caught.value.args[0].startswith("messages.toml")
    assert caught.value.args[0].endswith(repr(key))


def test_a_placeholder_without_a_value():
    """A placeholder that gets no value is a KeyError that names it."""
    with pytest.raises(KeyError, match="received"):
        message("language.unknown", name="x")


def test_messages_are_read_once():
    """The file is read once; later calls give the same tables."""
    assert messages() is messages()
    assert set(messages()["language"]["unknown"]) == set(LANGUAGES)
