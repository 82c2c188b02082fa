"""Messages for people, made by code that knows neither Django nor a language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:
    """Mark an English msgid for extraction; the door that shows it translates."""
    return text


@dataclass(frozen=True)
class Message:
    """An English msgid with %(name)s placeholders and what fills them.

    A parameter may itself be a Message; it is translated first.
    """

    text: str
    params: Mapping[str, object] = field(default_factory=dict)

    def translated(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of `translate` (gettext, as a rule)."""
        filled = {
            name: value.translated(translate) if isinstance(value, Message) else value
            for name, value in self.params.items()
        }
        return translate(self.text) % filled

    def __str__(self) -> str:
        return self.translated(N_)
