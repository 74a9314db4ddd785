"""The parts of the Browse screen, each loaded and made when it is first asked for: most wait until the first frame."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar, cast, overload

if TYPE_CHECKING:
    from hhtui.tui.comparing import Comparing
    from hhtui.tui.completing import Completing
    from hhtui.tui.deciding import Deciding
    from hhtui.tui.faceting import Faceting
    from hhtui.tui.finding import Finding
    from hhtui.tui.labelling import Labelling
    from hhtui.tui.leaving import Leaving
    from hhtui.tui.moving import Moving
    from hhtui.tui.noticing import Noticing
    from hhtui.tui.pausing import Pausing
    from hhtui.tui.queueing import Queueing
    from hhtui.tui.seeking import Seeking
    from hhtui.tui.shielding import Shielding
    from hhtui.tui.telling import Telling
    from hhtui.tui.triaging import Triaging
    from hhtui.tui.viewing import Viewing

Made = TypeVar("Made")


class Later(Generic[Made]):
    """A part of a screen: under the name `moving` the `Moving` of `hhtui.tui.moving`, made with the screen."""

    def __set_name__(self, _screens: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, screen: None, _screens: type) -> Self: ...
    @overload
    def __get__(self, screen: object, _screens: type) -> Made: ...
    def __get__(self, screen: object | None, _screens: type) -> Self | Made:
        if screen is None:
            return self
        kind = getattr(import_module(f"hhtui.tui.{self._name}"), self._name.capitalize())
        made = vars(screen)[self._name] = kind(screen)
        return cast(Made, made)


class Handles(Protocol):
    """A part that does something for keys."""

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        ...


class Parts:
    """What the Browse screen is made of."""

    comparing: "Later[Comparing]" = Later()
    completing: "Later[Completing]" = Later()
    deciding: "Later[Deciding]" = Later()
    faceting: "Later[Faceting]" = Later()
    finding: "Later[Finding]" = Later()
    labelling: "Later[Labelling]" = Later()
    leaving: "Later[Leaving]" = Later()
    moving: "Later[Moving]" = Later()
    noticing: "Later[Noticing]" = Later()
    pausing: "Later[Pausing]" = Later()
    queueing: "Later[Queueing]" = Later()
    seeking: "Later[Seeking]" = Later()
    shielding: "Later[Shielding]" = Later()
    telling: "Later[Telling]" = Later()
    triaging: "Later[Triaging]" = Later()
    viewing: "Later[Viewing]" = Later()

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of every part does, by the action's id."""
        parts: tuple[Handles, ...] = (
            *(self.moving, self.seeking, self.finding, self.completing, self.faceting, self.deciding, self.labelling),
            *(self.leaving, self.queueing, self.viewing, self.comparing, self.triaging, self.pausing, self.shielding),
        )
        return {action: do for part in parts for action, do in part.handlers().items()}
