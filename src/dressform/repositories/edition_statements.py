"""The statements of the published editions, each compiled once."""

from sqlalchemy import Integer, bindparam, select
from sqlalchemy import func as sql

from dressform.db.statements import Statement
from dressform.db.tables import DatasetDraw, DatasetEdition, DatasetFile

EDITION = select(
    DatasetEdition.name,
    DatasetEdition.codebook,
    DatasetEdition.count,
    DatasetEdition.quality,
    DatasetEdition.published_at,
)

ALL = Statement(EDITION.order_by(DatasetEdition.published_at.desc(), DatasetEdition.name.desc()))

BY_NAME = Statement(EDITION.where(DatasetEdition.name == bindparam("name")))

FILES = (
    select(
        DatasetFile.edition,
        DatasetFile.name,
        DatasetFile.media_type,
        DatasetFile.title,
        DatasetFile.sha256,
        DatasetFile.size,
        DatasetEdition.published_at,
    )
    .join(DatasetEdition, DatasetEdition.name == DatasetFile.edition)
    .where(DatasetFile.edition == bindparam("edition"))
)

FILES_OF = Statement(FILES)

FILE = Statement(FILES.where(DatasetFile.name == bindparam("name")))

PART = Statement(
    select(
        sql.substring(
            DatasetFile.content,
            bindparam("start", type_=Integer),
            bindparam("length", type_=Integer),
        )
    ).where(DatasetFile.edition == bindparam("edition"), DatasetFile.name == bindparam("name"))
)

LAST_COUNT_SUFFICED = Statement(
    select(DatasetDraw.codebook.is_not(None))
    .where(DatasetDraw.count.is_not(None))
    .order_by(DatasetDraw.year.desc())
    .limit(1)
)
