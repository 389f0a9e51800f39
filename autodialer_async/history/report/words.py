"""The report's words in English and Russian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, get_args

__all__ = ["LANGUAGES", "Language", "Words"]

Language = Literal["en", "ru"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# English, Russian. Forms for a number are divided by `|`: one, many; in Russian 1, 2 to 4, 5 and more.
_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Campaign report", "Отчёт о кампании"),
    "made": ("made {when}", "составлен {when}"),
    "history": ("history from {first} to {last}", "история звонков с {first} по {last}"),
    "history.day": ("history of {first}", "история звонков за {first}"),
    "history.given": ("history from a file", "история звонков из файла"),
    "lead": (
        "{accepted} of {records} were taken by the service, {dialled} were dialled, and {answered} answered.",
        "Сервис принял {accepted} из {records}, дозвон завершён по {dialled}, ответили {answered}.",
    ),
    "lead.nobody": ("Nothing has been sent yet.", "Пока ничего не отправлено."),
    "record": ("{n} record|{n} records", "{n} запись|{n} записи|{n} записей"),
    "record.of": ("{n} record|{n} records", "{n} записи|{n} записей|{n} записей"),
    "records": ("Records", "Записей"),
    "accepted": ("Accepted", "Принято"),
    "dialled": ("Dialled", "Вызвано"),
    "answered": ("Answered", "Ответили"),
    "again": ("To call again", "Перезвонить"),
    "of.list": ("in the journal", "в журнале"),
    "of.records": ("{percent} of the records", "{percent} записей"),
    "of.accepted": ("{percent} of those accepted", "{percent} принятых"),
    "of.dialled": ("{percent} of those dialled", "{percent} вызванных"),
    "of.rule": ("not reached, attempts left", "не дозвонились, попытки есть"),
    "funnel": ("From the list to an answer", "От списка до ответа"),
    "funnel.note": (
        "Each bar in records, with its share of all. “Dialled” are records whose call has ended.",
        "Каждая полоса — число записей и доля от всех. «Вызвано» — записи, звонок которым завершён.",
    ),
    "outcomes": ("How the calls ended", "Чем закончились звонки"),
    "outcomes.note": (
        "The last call of each record: the service's history tells no other.",
        "Последний звонок каждой записи: других история сервиса не показывает.",
    ),
    "hours": ("By hour", "По часам"),
    "hours.note": ("Hour of the last call, as the history writes it.", "Час последнего звонка по времени истории."),
    "weekdays": ("By weekday", "По дням недели"),
    "weekdays.note": ("Weekday of the last call.", "День недели последнего звонка."),
    "attempts": ("By attempt", "По попыткам"),
    "attempts.note": (
        "Where the history was read while the campaign ran, earlier calls of a record are known too.",
        "Если историю читали во время кампании, известны и более ранние звонки записи.",
    ),
    "attempts.unknown": (
        "Not known: the service's history tells the last call of a number only. Rows that are collected while the "
        "campaign runs show the earlier ones.",
        "Неизвестно: история сервиса показывает только последний звонок номеру. Если собирать строки по ходу "
        "кампании, будут видны и предыдущие.",
    ),
    "attempt": ("Attempt {n}", "Попытка {n}"),
    "places": ("By region", "По регионам"),
    "places.note": (
        "By the number's code; the regions with the most calls. Mobile numbers of Russia name no region.",
        "По коду номера; регионы с наибольшим числом звонков. Мобильные номера России региона не называют.",
    ),
    "places.none": (
        "No number of this campaign tells where it is from: mobile numbers of Russia name no region.",
        "Ни один номер кампании не называет региона: у мобильных номеров России его нет.",
    ),
    "place.unknown": ("mobile, or not told", "мобильные и прочие"),
    "place.rest": ("other regions", "другие регионы"),
    "answers": ("What people said", "Что отвечали"),
    "answers.note": (
        "Recognised answers by frequency, without regard to case; digits are masked.",
        "Распознанные ответы по частоте, без учёта регистра; цифры скрыты.",
    ),
    "answer": ("Answer", "Ответ"),
    "answers.rest": ("other wordings", "другие ответы"),
    "seconds.mean": ("Mean length", "Средняя длительность"),
    "durations": ("How long they listened", "Сколько длились разговоры"),
    "durations.note": (
        "Answered calls: {calls}. Half of them lasted {median} at most; {total} together.",
        "Отвеченных звонков: {calls}. Половина длилась не дольше {median}; всего {total}.",
    ),
    "durations.none": ("No answered call with a known length.", "Нет отвеченных звонков с известной длительностью."),
    "seconds": ("{n} s", "{n} с"),
    "hours.minutes": ("{hours} h {minutes} min", "{hours} ч {minutes} мин"),
    "minutes.seconds": ("{minutes} min {seconds} s", "{minutes} мин {seconds} с"),
    "longer": ("> {n}", "> {n}"),
    "seconds.axis": ("seconds", "секунды"),
    "open": ("Open ends", "Что осталось неясным"),
    "open.none": (
        "Nothing: every record was accepted, no number was called in two tasks, every code was understood.",
        "Ничего: все записи приняты, никому не звонили в двух заданиях, все коды поняты.",
    ),
    "open.unknown": (
        "{count}: sent, but without a usable answer. They may have been dialled. They are not sent again by "
        "themselves; ask the history with `autodialer status FILE --reconcile`.",
        "{count}: отправлены, но внятного ответа не было. Возможно, им звонили. Сами они повторно не уйдут; "
        "спросите историю: `autodialer status FILE --reconcile`.",
    ),
    "open.sending": ("{count}: on their way just now.", "{count}: отправляются прямо сейчас."),
    "open.rejected": (
        "{count}: refused by the service. The same upload with the same journal sends them again.",
        "{count}: сервис отказал. Та же загрузка с тем же журналом отправит их снова.",
    ),
    "open.unsent": (
        "{count}: never left. The same upload with the same journal sends them.",
        "{count}: не отправлены. Та же загрузка с тем же журналом их отправит.",
    ),
    "open.not_yet_dialled": (
        "{count}: accepted, and not in the history that was read: not dialled yet, or left out by the service.",
        "{count}: приняты, но в прочитанной истории их нет: ещё не вызваны или пропущены сервисом.",
    ),
    "open.not_inserted": (
        "{count}: left out by the service by its own reports; it does not say which.",
        "{count}: сервис не взял по собственным отчётам; какие именно, он не говорит.",
    ),
    "open.doubled": (
        "{count}: their number stands in an earlier record of the same task, so the one call counts for that record.",
        "{count}: их номер уже есть в том же задании, поэтому единственный звонок отнесён к первой записи.",
    ),
    "open.two_tasks": (
        "Numbers called in more than one task of this campaign: {n}. These people were phoned twice.",
        "Номеров, которым звонили в разных заданиях этой кампании: {n}. Этих людей набирали дважды.",
    ),
    "open.undecided": (
        "Calls in the history to numbers whose records are unknown: {n}. `--reconcile` may tell if they are theirs.",
        "Звонков по номерам, чьи записи под вопросом: {n}. `--reconcile` может показать, их ли это звонки.",
    ),
    "open.strangers": (
        "Calls in the campaign's tasks to numbers that its journal does not know: {n}. After a purge these are all.",
        "Звонков в заданиях кампании по номерам, которых нет в журнале: {n}. После очистки журнала таковы все.",
    ),
    "open.others": (
        "Calls of the same days that belong to other campaigns, left out here: {n}.",
        "Звонков тех же дней из других кампаний, здесь не учтены: {n}.",
    ),
    "open.unreadable": (
        "Rows of the history without a readable task or number: {n}.",
        "Строк истории без читаемого задания или номера: {n}.",
    ),
    "open.words": (
        "Codes that were not understood, and count as “{unknown}”: {words}. `Dialect.status_map` teaches them.",
        "Непонятые коды, учтены как «{unknown}»: {words}. Их можно задать в `Dialect.status_map`.",
    ),
    "open.without_time": (
        "Calls without a readable time, in no hour and no weekday: {n}.",
        "Звонков без читаемого времени, нет ни в часах, ни в днях: {n}.",
    ),
    "empty": ("(empty)", "(пусто)"),
    "again.why": ("Whom to call again", "Кому перезвонить"),
    "again.note": (
        "By the default rule. The list's number of attempts is not in the journal: `to_call_again(calls)` counts "
        "it too.",
        "По правилу по умолчанию. Числа попыток из списка в журнале нет: `to_call_again(calls)` учитывает и его.",
    ),
    "upload": ("The upload", "Загрузка"),
    "upload.note": (
        "Batches: {batches}. Each line is a batch, from leaving to its answer, in the service's time.",
        "Пакетов: {batches}. Каждая линия — пакет от отправки до ответа, по времени сервиса.",
    ),
    "upload.note.many": (
        "Batches: {batches}. Each line is {step} batches, coloured by the gravest of their states.",
        "Пакетов: {batches}. Каждая линия — пакеты по {step}, цвет по худшему из состояний.",
    ),
    "batch": ("Batch", "Пакет"),
    "left": ("Left", "Отправлен"),
    "settled": ("Settled", "Ответ"),
    "state": ("State", "Состояние"),
    "share": ("Share", "Доля"),
    "share.answered": ("Answered, share", "Доля ответивших"),
    "count": ("Count", "Число"),
    "total": ("Total", "Всего"),
    "numbers": ("Numbers", "Числа"),
    "what": ("What", "Что"),
    "reason": ("Reason", "Причина"),
    "footer": (
        "The list's numbers and names are not in this file. It loads nothing from anywhere.",
        "Номеров и имён из списка в этом файле нет. Он ничего не загружает извне.",
    ),
    "outcome.answered": ("answered", "ответили"),
    "outcome.busy": ("busy", "занято"),
    "outcome.no_answer": ("no answer", "нет ответа"),
    "outcome.rejected": ("declined", "сбросили"),
    "outcome.unreachable": ("unreachable", "недоступен"),
    "outcome.invalid_number": ("invalid number", "неверный номер"),
    "outcome.congestion": ("congestion", "перегрузка"),
    "outcome.failed": ("failed", "ошибка"),
    "outcome.machine": ("machine", "автоответчик"),
    "outcome.in_progress": ("in progress", "в работе"),
    "outcome.unknown": ("unknown code", "непонятный код"),
    "state.accepted": ("accepted", "принят"),
    "state.rejected": ("rejected", "отклонён"),
    "state.unsent": ("unsent", "не отправлен"),
    "state.unknown": ("unknown", "неизвестно"),
    "state.sending": ("on its way", "в пути"),
    "decision.again": ("to be called again", "перезвонить"),
    "decision.answered": ("answered", "ответили"),
    "decision.machine": ("a machine answered", "ответил автоответчик"),
    "decision.declined": ("declined the call", "сбросили звонок"),
    "decision.invalid_number": ("invalid number", "неверный номер"),
    "decision.unknown_outcome": ("the code was not understood", "код не понят"),
    "decision.other_outcome": ("not asked for", "не по правилу"),
    "decision.attempts_used_up": ("attempts used up", "попытки исчерпаны"),
    "decision.still_dialled": ("the service may still call", "сервис ещё может позвонить"),
    "decision.not_yet_dialled": ("not dialled yet", "ещё не вызваны"),
    "decision.doubled": ("the number stands in another record", "номер есть в другой записи"),
    "decision.refused": ("refused by the service", "сервис отказал"),
    "decision.unsent": ("never left", "не отправлены"),
    "decision.unknown": ("unknown: may have been dialled", "неизвестно: возможно, звонили"),
    "decision.not_in_campaign": ("not in this campaign", "не из этой кампании"),
    "weekday.0": ("Mon", "Пн"),
    "weekday.1": ("Tue", "Вт"),
    "weekday.2": ("Wed", "Ср"),
    "weekday.3": ("Thu", "Чт"),
    "weekday.4": ("Fri", "Пт"),
    "weekday.5": ("Sat", "Сб"),
    "weekday.6": ("Sun", "Вс"),
    "chart": ("Chart: {title}. {said}", "Диаграмма: {title}. {said}"),
}
_ENGLISH, _RUSSIAN = range(2)


class Words:
    """The report's words in one language.

    Args:
        language: `en` or `ru`.

    Example:
        >>> Words("ru").count("record", 21)
        '21 запись'
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._index = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """The words under a key, with values put in; whole numbers are written with separators."""
        shown = {name: self.number(value) if type(value) is int else value for name, value in values.items()}
        return _WORDS[key][self._index].format(**shown)

    @staticmethod
    def keys() -> Mapping[str, tuple[str, str]]:
        """All words, English and Russian."""
        return _WORDS

    def number(self, value: int) -> str:
        """A `value` as `12,345`, or `12 345` with a no-break blank."""
        return f"{value:,}" if self._index == _ENGLISH else f"{value:,}".replace(",", "\u00a0")

    def percent(self, part: int, whole: int) -> str:
        """What share `part` is of `whole`: `12.3 %`, or `12,3 %`; `–` of nothing.

        Never 0 of something, and never 100 of less than all.
        """
        if not whole:
            return "–"
        share = round(100 * part / whole, 1)
        text = "< 0.1" if part and not share else "> 99.9" if part < whole and share == 100 else f"{share:g}"  # noqa: PLR2004 - per cent
        return f"{text if self._index == _ENGLISH else text.replace('.', ',')}\u00a0%"

    def count(self, key: str, number: int) -> str:
        """A `number` with the noun under a `key`, in the noun's right form."""
        forms = _WORDS[key][self._index].split("|")
        if self._index == _ENGLISH:
            form = forms[0] if number == 1 else forms[1]
        elif number % 10 == 1 and number % 100 != 11:  # noqa: PLR2004 - eleven is many
            form = forms[0]
        else:
            form = forms[1] if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else forms[2]
        return form.format(n=self.number(number))

    def day(self, day: date) -> str:
        """A `day` as `2 Nov 2026`, or `02.11.2026`."""
        if self._index == _ENGLISH:
            month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[day.month - 1]
            return f"{day.day} {month} {day.year}"
        return f"{day:%d.%m.%Y}"

    def moment(self, moment: datetime) -> str:
        """A `moment`: day, time to the minute, and zone."""
        zone = f"{moment:%z}"
        return f"{self.day(moment.date())}, {moment:%H:%M}{f' ({zone[:3]}:{zone[3:5]})' if zone else ''}"

    def length(self, seconds: int) -> str:
        """A length of time, of so many `seconds`, in its two largest units."""
        minutes, rest = divmod(seconds, 60)
        hours, minutes_left = divmod(minutes, 60)
        if hours:
            return self("hours.minutes", hours=hours, minutes=minutes_left)
        return self("minutes.seconds", minutes=minutes, seconds=rest) if minutes else self("seconds", n=seconds)
