"""The clock of a reader: it runs while they read, and not while they do something else."""

from hhtui.tui.reading_clock import BREAK_SECONDS, IDLE_SECONDS, REMIND_AFTER, ReadingClock


class Watch:
    """A time that only passes when it is told to."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time

    def key_after(self, clock: ReadingClock, seconds: float) -> None:
        self.time += seconds
        clock.touch()


def test_it_counts_between_keys_and_stops_when_nothing_happens() -> None:
    watch = Watch()
    clock = ReadingClock(watch)
    watch.key_after(clock, 20)
    watch.key_after(clock, 40)
    assert clock.seconds == 60
    watch.time += 30
    assert clock.seconds == 90
    watch.time += 170
    assert clock.seconds == 60 + IDLE_SECONDS
    watch.key_after(clock, 0)
    watch.key_after(clock, 5)
    assert clock.seconds == 65 + IDLE_SECONDS == clock.since_break


def test_a_pause_does_not_count_however_often_keys_come() -> None:
    watch = Watch()
    clock = ReadingClock(watch)
    watch.time += 10
    clock.pause()
    for _ in range(3):
        watch.key_after(clock, 50)
    assert clock.seconds == 10
    clock.go_on()
    watch.key_after(clock, 7)
    assert (clock.seconds, clock.since_break) == (17, 17)


def test_a_long_pause_is_a_break_whether_told_or_not() -> None:
    watch = Watch()
    clock = ReadingClock(watch)
    watch.key_after(clock, BREAK_SECONDS)
    assert (clock.seconds, clock.since_break) == (IDLE_SECONDS, 0)
    watch.key_after(clock, 30)
    clock.pause()
    watch.time += BREAK_SECONDS
    clock.go_on()
    assert (clock.seconds, clock.since_break) == (IDLE_SECONDS + 30, 0)


def test_it_reminds_once_until_the_next_break() -> None:
    watch = Watch()
    clock = ReadingClock(watch)
    reminders = []
    for _ in range(int(3 * REMIND_AFTER / 50)):
        watch.key_after(clock, 50)
        reminders += [clock.since_break] * clock.reminds()
    assert reminders == [REMIND_AFTER]
    watch.key_after(clock, BREAK_SECONDS)
    for _ in range(int(REMIND_AFTER / 50)):
        watch.key_after(clock, 50)
        reminders += [clock.since_break] * clock.reminds()
    assert reminders == [REMIND_AFTER, REMIND_AFTER]
