"""The container as it is written down, held against the tree; `python -m tests.container` walks through it."""

from __future__ import annotations

import ast
import json
import re
import shlex
from pathlib import Path

import yaml

from app import MAX_BODY
from components.operations.settings import FIELDS, check
from components.views.images.image_store import MAX_UPLOAD_BYTES
from tests.benchmarks.server import ROOT, serve_line
from tests.container import assignments, last_of, steps, words

FOUND = steps((ROOT / "Dockerfile").read_text())
KINDS = [step.instruction for step in FOUND]
COMPOSE = yaml.safe_load((ROOT / ".ci" / "compose.yaml").read_text())


def test_every_instruction_is_one_and_the_base_is_pinned() -> None:
    assert set(KINDS) <= {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert KINDS[0] == "FROM"
    assert KINDS.count("CMD") == KINDS.count("HEALTHCHECK") == 1
    assert re.fullmatch(r"python:3\.11-slim-[a-z]+", FOUND[0].rest)


def test_it_does_not_run_as_root_and_what_it_runs_is_not_its_own_to_change() -> None:
    place = KINDS.index("USER")
    assert FOUND[place].rest == "app"
    assert "COPY" not in KINDS[place:], "the code belongs to root"
    assert KINDS.index("CMD") > place
    (made,) = [step.rest for step in FOUND[:place] if "useradd" in step.rest]
    assert "--uid 1000 app" in made


def test_what_is_copied_is_there_and_is_all_that_is_imported() -> None:
    copied = [word for step in FOUND if step.instruction == "COPY" for word in step.rest.split()[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    imported: set[str] = set()
    for path in [ROOT / "app.py", *(p for name in ("components", "dynamics") for p in (ROOT / name).rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
    ours = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert imported & ours <= {Path(name).stem for name in copied}


def test_it_is_served_as_the_makefile_serves_it() -> None:
    assert words(last_of(FOUND, "CMD"))[1:] == shlex.split(serve_line())[1:]


def test_its_settings_are_settings_and_right() -> None:
    given = assignments(last_of(FOUND, "ENV"))
    of_packages = {"PYTHONUNBUFFERED", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MPLCONFIGDIR"}
    assert given.keys() <= FIELDS.keys() | of_packages
    check(given)
    assert last_of(FOUND, "EXPOSE") == given["PORT"]


def test_its_health_check_is_python_and_asks_whether_it_is_ready() -> None:
    python, option, code = words(last_of(FOUND, "HEALTHCHECK"))
    assert (python, option) == ("python", "-c")
    ast.parse(code)
    assert "/ready" in code


def test_the_compose_file_builds_the_app_with_redis_and_several_workers() -> None:
    app, redis = COMPOSE["services"]["app"], COMPOSE["services"]["redis"]
    assert (ROOT / ".ci" / app["build"]["context"]).resolve() == ROOT
    values = {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for name, value in app["environment"].items()}
    folders = {"IMAGES_FOLDER", "LECTURE_FOLDER"}  # of the image
    check({name: value for name, value in values.items() if name not in folders})
    assert int(values["WORKERS"]) > 1
    assert values["CACHE_REDIS_URL"].startswith("redis://redis:")
    assert re.fullmatch(r"redis:\d+\.\d+-\w+", redis["image"])
    assert "volatile-lru" in redis["command"], "runs do not expire, and must not be evicted"
    assert int(values["RUNS_KEEP_BYTES"]) < 512 << 20
    assert "ports" not in redis, "nobody else reaches it"


def test_every_setting_can_be_given_to_the_compose_file() -> None:
    app = COMPOSE["services"]["app"]
    assert app["environment"].keys() == FIELDS.keys()
    inside = {"HOST", "PORT"}  # of the network of the containers; PORT is the published one
    reached = {name for name in FIELDS if f"${{{name}:-" in json.dumps(app)}
    assert reached == FIELDS.keys() - inside
    assert "${PORT:-" in COMPOSE["services"]["proxy"]["ports"][0]


def test_what_cannot_be_computed_again_is_in_volumes() -> None:
    app = COMPOSE["services"]["app"]
    mounted = {volume.rsplit(":/", 1)[1].partition(":")[0]: volume for volume in app["volumes"]}
    for name in ("IMAGES_FOLDER", "LECTURE_FOLDER"):
        folder = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", app["environment"][name])
        assert folder.lstrip("/") in mounted
        assert any(step.instruction == "RUN" and folder in step.rest for step in FOUND), "its owner is the app"
    assert COMPOSE["volumes"].keys() == {"images", "stories"}


def test_clients_reach_the_proxy_alone_which_takes_what_they_send_whole() -> None:
    app, proxy = COMPOSE["services"]["app"], COMPOSE["services"]["proxy"]
    assert "ports" not in app
    assert app["environment"]["TRUSTED_PROXIES"] == "${TRUSTED_PROXIES:-1}"
    assert all((ROOT / ".ci" / mounted.partition(":")[0]).is_file() for mounted in proxy["volumes"])
    conf = (ROOT / ".ci" / "nginx.conf").read_text()
    assert f"listen {proxy['ports'][0].rpartition(':')[2]};" in conf
    assert f"client_max_body_size {MAX_UPLOAD_BYTES >> 20}m;" in conf
    assert f"client_max_body_size {MAX_BODY >> 10}k;" in conf
    assert "limit_conn address" in conf
    assert not re.search(r"_buffering\s+off", conf)
    assert all("mem_limit" in service for service in COMPOSE["services"].values())
    (room,) = [int(size) for size in re.findall(r"/tmp/body:size=(\d+)m", " ".join(proxy["tmpfs"]))]
    (files,) = [int(number) for number in re.findall(r"limit_conn upload (\d+);", conf)]
    assert files * MAX_UPLOAD_BYTES <= room << 20, "all uploads that may come at once fit"
    assert all(":size=" in place for place in proxy["tmpfs"]), "a tmpfs without a size may take half of the memory"
