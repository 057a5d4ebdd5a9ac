"""setMValue, getMValue: how many approvals a service needs."""

from __future__ import annotations

from commands.cloudhsm_mgmt_util.dialogs import Change, carry_out, confirmed
from commands.cloudhsm_mgmt_util.reasons import INVALID_SERVICE
from commands.cloudhsm_mgmt_util.utility import FAILURE, SUCCESS, Server, Utility
from hsmshell.console.values import server as server_number
from hsmshell.engine.cluster.tokens import OFFICERS_SERVICES, Service
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter
from hsmshell.grammar.values import Integer

SERVICE = Parameter(
    "service",
    Integer(choices={service.value: service.name for service in sorted(OFFICERS_SERVICES)}),
    "service id",
    ", ".join(f"{service.value}: {service.name}" for service in sorted(OFFICERS_SERVICES)),
    required=True,
)
_ANY_SERVICE = SERVICE._replace(type=Integer())
_VALUE = Parameter("value", Integer(), "m value", "how many approvals, 2 to 8", required=True)


def service_of(arguments: Arguments) -> Service:
    """The service that was named."""
    return Service(arguments.number(SERVICE.name))


def set_m_value(tool: Utility, arguments: Arguments) -> int:
    """Set how many approvals a service needs, on every server."""
    number, value = arguments.number(SERVICE.name), arguments.number(_VALUE.name)
    if number not in OFFICERS_SERVICES:
        return _refused(tool, SET.name)
    if not confirmed(tool):
        return SUCCESS

    def change(server: Server, node: Container) -> None:
        tool.at(node).quorum.set_quorum_value(tool.session(server), node, Service(number), value)

    return carry_out(tool, Change(SET.name, change, f"Setting M Value({value}) for {number}"))


def get_m_value(tool: Utility, arguments: Arguments) -> int:
    """How many approvals a service needs, on every server."""
    number = arguments.number(SERVICE.name)
    if number not in OFFICERS_SERVICES:
        return _refused(tool, GET.name)
    service, count = Service(number), 0
    for server, value in tool.answers(GET.name, lambda _, node: tool.at(node).quorum.quorum_value(node, service)):
        tool.write(
            f"MValue of service {number}[{service.name}] on server ", server_number(server.number), f" : [{value}]\n"
        )
        count += 1
    return SUCCESS if count == len(tool.targets()) else FAILURE


def _refused(tool: Utility, name: str) -> int:
    """A service that there is not: the tool refuses it by itself, in one line."""
    tool.write(f"{name} failed: {INVALID_SERVICE}\n")
    return FAILURE


SET = Command(
    "setMValue",
    "Sets how many approvals a service needs, on every connected HSM",
    set_m_value,
    (_ANY_SERVICE, _VALUE),
    notes="ours: the texts of a refusal; the guide's samples leave the lines of a success out",
)
GET = Command(
    "getMValue",
    "Shows how many approvals a service needs, on every connected HSM",
    get_m_value,
    (_ANY_SERVICE,),
    notes="ours: that nobody has to be logged in, and the text for another service",
)
