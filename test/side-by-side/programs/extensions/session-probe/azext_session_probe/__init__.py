"""Asks Azure CLI's session for what extensions and commands across tenants ask it for."""

import base64
import json

from azure.cli.core import AzCommandsLoader
from azure.cli.core._profile import Profile

LINUX_LOGIN = "https://pas.windows.net/CheckMyAccess/Linux/.default"
RESOURCE_MANAGER = "https://management.core.windows.net//.default"


def certificate(cmd):
    """As `az ssh` gets a certificate for a virtual machine: a token bound to a key."""
    key = {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "probe"}
    data = {"token_type": "ssh-cert", "req_cnf": json.dumps(key), "key_id": "probe"}
    profile = Profile(cli_ctx=cmd.cli_ctx)
    if hasattr(profile, "get_msal_token"):
        _, text = profile.get_msal_token([LINUX_LOGIN], data)
    else:
        credential, _, _ = profile.get_login_credentials()
        text = credential.get_token(LINUX_LOGIN, data=data).token
    blob = base64.b64decode(text)
    length = int.from_bytes(blob[:4], "big")
    return {"kind": blob[4 : 4 + length].decode()}


def auxiliary(cmd, tenant):
    """As commands that touch a second tenant do: a token of each, beside each other."""
    profile = Profile(cli_ctx=cmd.cli_ctx)
    credential, _, _ = profile.get_login_credentials(aux_tenants=[tenant])
    tokens = credential.get_auxiliary_tokens(RESOURCE_MANAGER) or []
    return [token.token for token in tokens]


class SessionProbeLoader(AzCommandsLoader):
    def load_command_table(self, args):
        with self.command_group("probe", is_preview=False) as group:
            group.custom_command("certificate", "certificate")
            group.custom_command("auxiliary", "auxiliary")
        return self.command_table

    def load_arguments(self, command):
        with self.argument_context("probe auxiliary") as context:
            context.argument("tenant", options_list=["--other-tenant"])

    def __init__(self, cli_ctx=None):
        from azure.cli.core.commands import CliCommandType

        custom = CliCommandType(operations_tmpl="azext_session_probe#{}")
        super().__init__(cli_ctx=cli_ctx, custom_command_type=custom)


COMMAND_LOADER_CLS = SessionProbeLoader
