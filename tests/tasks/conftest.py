"""What the tests of tasks begin with: messages in English, and errors seen in both languages."""

import pickle

import pytest

from helpers.language import LANGUAGES, current_language, set_language


@pytest.fixture(autouse=True)
def _english():
    """Have the messages in English, and give back the language that was set."""
    before = current_language()
    set_language("en")
    yield
    set_language(before)


@pytest.fixture
def refused():
    """A function that makes a call that must fail, and returns the error's text in each language.

    The error is of the very type that is expected, and comes out of a worker as it was raised.
    """

    def texts_of(expected, call, *args, **options):
        texts = []
        for language in LANGUAGES:
            set_language(language)
            with pytest.raises(expected) as caught:
                call(*args, **options)
            received = pickle.loads(pickle.dumps(caught.value))
            assert type(caught.value) is type(received) is expected
            assert str(received) == str(caught.value)
            texts.append(str(caught.value))
        assert texts[0] != texts[1]
        return texts

    return texts_of
