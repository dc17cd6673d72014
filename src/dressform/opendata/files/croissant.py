"""`croissant.json`: metadata for search engines and machine learning, in Croissant 1.1."""

from collections.abc import Mapping, Sequence
from typing import Any

from dressform.opendata.files.edition_info import KEYWORDS, LICENCE_ADDRESS, EditionInfo, File
from dressform.opendata.files.frictionless import KEYS
from dressform.opendata.files.json_text import json_text
from dressform.opendata.resources import Field, Resource

VERSION = "http://mlcommons.org/croissant/1.1"

_TYPES = {
    "string": "sc:Text",
    "integer": "cr:Int64",
    "number": "cr:Float64",
    "boolean": "sc:Boolean",
}
_TERMS = (
    "annotation arrayShape citeAs column containedIn equivalentProperty excludes extract field "
    "fileProperty fileObject fileSet format includes isArray isLiveDataset jsonPath key md5 "
    "parentField path readLines recordSet references regex repeated replace samplingRate sdVersion "
    "separator source subField transform unArchive value"
)
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
} | {term: f"cr:{term}" for term in _TERMS.split()}


def build_croissant(
    resources: Sequence[Resource], files: Sequence[File], info: EditionInfo
) -> File:
    """Return the metadata; `files` are the listed ones."""
    publisher = {
        "@type": "sc:Organization",
        "name": info.publisher.name,
        "url": info.publisher.url,
    }
    content = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": info.title,
        "alternateName": info.name,
        "description": info.description,
        "url": info.page,
        "license": LICENCE_ADDRESS,
        "creator": publisher,
        "publisher": publisher,
        "datePublished": info.day,
        "version": "1.0.0",
        "inLanguage": "en",
        "keywords": list(KEYWORDS),
        "isLiveDataset": False,
        "citeAs": _format_citation(info),
        "rai:dataCollection": "Sums over members' measurements, with noise; nothing else left the "
        "service. See privacy.json.",
        "rai:personalSensitiveInformation": "None: differentially private, see privacy.json.",
        "distribution": [_file_object(file, info) for file in files],
        "recordSet": [_record_set(resource) for resource in resources],
    }
    return File(
        "croissant.json",
        f'application/ld+json; profile="{VERSION}"',
        "Croissant 1.1 (machine learning)",
        json_text(content),
    )


def _format_citation(info: EditionInfo) -> str:
    return (
        f"@misc{{{info.name}, title={{{info.title}}}, author={{{{{info.publisher.name}}}}}, "
        f"year={{{info.day[:4]}}}, url={{{info.page}}}}}"
    )


def _file_object(file: File, info: EditionInfo) -> Mapping[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "description": file.title,
        "contentUrl": f"{info.home}{file.name}",
        "contentSize": f"{len(file.content)} B",
        "encodingFormat": file.media_type.partition(";")[0],
        "sha256": file.sha256,
    }


def _record_set(resource: Resource) -> Mapping[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": resource.name,
        "name": resource.name,
        "description": f"{resource.title}. {resource.description}",
        "key": [{"@id": f"{resource.name}/{name}"} for name in KEYS.get(resource.name, ())],
        "field": [_field(resource, field) for field in resource.fields],
    }


def _field(resource: Resource, field: Field) -> Mapping[str, Any]:
    unit = f" Unit: {field.unit}." if field.unit else ""
    return {
        "@type": "cr:Field",
        "@id": f"{resource.name}/{field.name}",
        "name": field.name,
        "description": f"{field.description}{unit}",
        "dataType": _TYPES[field.type],
        "source": {
            "fileObject": {"@id": f"{resource.name}.csv"},
            "extract": {"column": field.name},
        },
    }
