"""The [manager] table of an Oracle VM 3 pool: what it needs, and what makes no sense in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ovmtui.config.load import load
from ovmtui.config.schema import ManagerKind
from tests.config.test_load import complaint, written

POOL = '[pools.p]\nnodes = ["ovm1"]\n'
OVM3 = POOL + '[pools.p.manager]\nkind = "ovm3"\n'


def test_a_manager_of_oracle_vm_3_needs_its_host_only(tmp_path: Path) -> None:
    manager = load(written(tmp_path, OVM3 + 'host = "ovmm"\n')).pools["p"].manager
    assert manager is not None
    assert (manager.kind, manager.listens_on, manager.user) == (ManagerKind.OVM3, 10000, "admin")
    assert not manager.has_password


def test_an_older_manager_listens_where_it_always_did(tmp_path: Path) -> None:
    text = POOL + '[pools.p.manager]\npassword_env = "X"\n'
    manager = load(written(tmp_path, text)).pools["p"].manager
    assert manager is not None
    assert (manager.kind, manager.listens_on) == (ManagerKind.OVM2, 4443)
    assert manager.has_password


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OVM3, "ovmtui.toml:3: pools.p.manager: an Oracle VM 3 manager is asked by this console "),
        (
            OVM3 + 'host = "ovmm"\ncommand = ["ovm3"]\n',
            "ovmtui.toml:6: pools.p.manager.command: is about the program `ovm` of Oracle VM 2; "
            'leave it out with `kind = "ovm3"`',
        ),
        (
            OVM3 + 'host = "ovmm"\nnode = "ovm1"\n',
            "ovmtui.toml:6: pools.p.manager.node: is about the program `ovm`",
        ),
        (
            OVM3 + 'host = "admin@ovmm"\n',
            "ovmtui.toml:5: pools.p.manager.host: must be the host alone",
        ),
        (
            OVM3 + 'host = "ovmm"\nuser = "-oProxyCommand=x"\n',
            "ovmtui.toml:6: pools.p.manager.user: must be one login name",
        ),
        (
            OVM3 + 'host = "ovmm"\npassword_env = "A"\npassword_prompt = true\n',
            "ovmtui.toml:7: pools.p.manager.password_prompt: is a second source of the password",
        ),
        (
            POOL + 'driver = "manager"\n',
            "ovmtui.toml:3: pools.p.driver: `manager` needs the pool's [manager] table with "
            '`kind = "ovm3"`',
        ),
        (
            POOL + '[pools.p.vms.a]\ndriver = "manager"\n',
            "ovmtui.toml:4: pools.p.vms.a.driver: `manager` needs",
        ),
        (POOL + '[pools.p.manager]\nkind = "ovm4"\n', "ovmtui.toml:4: pools.p.manager.kind: "),
    ],
)
def test_each_mistake_is_told_with_its_line_and_mend(tmp_path: Path, text: str, said: str) -> None:
    assert complaint(tmp_path, text).startswith(said)


def test_the_manager_as_driver_is_right_where_it_is_of_oracle_vm_3(tmp_path: Path) -> None:
    text = POOL + 'driver = "manager"\n[pools.p.manager]\nkind = "ovm3"\nhost = "ovmm"\n'
    assert load(written(tmp_path, text)).pools["p"].driver.value == "manager"
