"""Names that columns have for the fields of a call: those of the service's page, of CRMs, and of people.

In small letters, with nothing between the words, ё as е, № as номер.
"""

__all__ = ["FIELD_NAMES"]

# A field, then its names in groups: where several columns have one, that of the first group is the field.
FIELD_NAMES: tuple[tuple[str, ...], ...] = (
    (
        "id",
        "id ид идентификатор recordid",
        "код кодклиента clientid customerid",
        "лс лицевойсчет лицсчет номерлс номерлицевогосчета",
    ),
    (
        "name",
        (
            "фио fio fullname полноеимя фамилияимяотчество фамилияимя имяфамилия имяотчествофамилия фамилияио name "
            "наименование"
        ),
        (
            "клиент контрагент абонент должник заемщик покупатель заказчик пациент получатель подписчик сотрудник "
            "партнер основнойконтакт contactname customer client subscriber контактноелицо"
        ),
        "организация компания company",
    ),
    ("uuid", "uuid guid", "внешнийкод externalid внешнийid"),
    ("var1", "var1 variable1 переменная1 перем1"),
    ("var2", "var2 variable2 переменная2 перем2"),
    ("var3", "var3 variable3 переменная3 перем3"),
    ("max_count", "maxcount числопопыток количествопопыток максимумпопыток максчислопопыток"),
    ("generation_type", "generationtype сценарий idсценария scenario scenarioid типгенерации"),
    (
        "start",
        (
            "statdialertime startdialertime timestart starttime start времяначала началообзвона началозвонков звонитьс "
            "времяс часыс callfrom windowstart"
        ),
    ),
    (
        "stop",
        (
            "stopdialertime timestop stoptime stop времяокончания окончаниеобзвона конецобзвона конецзвонков звонитьдо "
            "времядо часыдо calluntil windowstop"
        ),
    ),
    ("hours", "часызвонка часыобзвона часызвонков callhours hours window"),
    ("weekdays", "дни днинедели днизвонка днизвонков дниобзвона weekdays"),
    ("zone", "часовойпояс часпояс таймзона timezone tz utc gmt utcoffset разницасмосквой"),
)
