import assert from 'node:assert/strict';
import {
  refuseReservedInput,
  refuseReservedVariables,
  refuseShadows,
} from '../../../src/agent/reserved-variables.ts';
import { ids } from '../../support/builders.ts';
import { failureOf } from '../../support/failures.ts';

const reserved = [
  `ENDPOINT_URL_${ids.connection}`,
  `ENDPOINT_URL_${ids.connection.toUpperCase()}`,
  `endpoint.url ${ids.connection}`,
  'ENDPOINT_URL_SYSTEMVSSCONNECTION',
  'Endpoint.Auth.SystemVssConnection',
  `ENDPOINT_AUTH_${ids.connection}`,
  `ENDPOINT_AUTH_SCHEME_${ids.connection}`,
  `ENDPOINT_AUTH_PARAMETER_${ids.connection}_TENANTID`,
  'ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN',
  `ENDPOINT_DATA_${ids.connection}`,
  `ENDPOINT_DATA_${ids.connection}_ENVIRONMENTAUTHORITYURL`,
  `SECUREFILE_NAME_${ids.connection}`,
  `SECUREFILE_TICKET_${ids.connection}`,
  'VSTS_TASKVARIABLE_workloadIdentityDirectory',
  'vsts.taskVariable.workloadIdentityBroker',
];

const ordinary = [
  'SECRET_KEY',
  'SECRET_SYSTEM_ACCESSTOKEN',
  'ENDPOINT_HOST',
  'ENDPOINT_URL',
  'ENDPOINT_URL_PRODUCTION',
  'ENDPOINT_AUTH_TOKEN',
  'ENDPOINT_DATA_CENTRE',
  'ENDPOINT_DATA_11111111-aaaa',
  `MY_ENDPOINT_URL_${ids.connection}`,
  `ENDPOINT_URL_${ids.connection}_MORE`,
  'SECUREFILE_NAME_CERTIFICATE',
  'INPUT_FILE',
  'VSTS_TASKVARIABLE',
  'Build.BuildId',
];

describe("A variable of the agent's own form", () => {
  for (const name of reserved) {
    it(`is refused by name: ${name}`, () => {
      const { message } = failureOf(
        () => refuseReservedVariables(['Build.BuildId', name]),
        'RESERVED_VARIABLES',
      );
      assert.ok(message.includes(name));
    });
  }

  for (const name of ordinary) {
    it(`is not ${name}, which may be anybody's`, () => {
      refuseReservedVariables([name]);
    });
  }

  it('is shown in one line, whatever it holds', () => {
    const { message } = failureOf(
      () => refuseReservedVariables(['VSTS_TASKVARIABLE_x\n##vso[task.complete]']),
      'RESERVED_VARIABLES',
    );
    assert.ok(!/\n|##/.test(message));
  });

  it('is also that of one that the task reads, by another name', () => {
    const own = ['System.OidcRequestUri', 'Agent.TempDirectory'];
    for (const name of ['SYSTEM_OIDCREQUESTURI', 'system oidcRequestUri', 'agent_tempDirectory']) {
      failureOf(() => refuseShadows(own, ['Build.BuildId', name]), 'RESERVED_VARIABLES');
    }
    refuseShadows(own, ['system.oidcrequesturi', 'AGENT.TEMPDIRECTORY', 'SYSTEM_NAME', 'AGENT']);
  });

  it('is also that of an input, where the task has it', () => {
    for (const name of ['INPUT_TOOLS', 'input.tools', 'Input Tools']) {
      failureOf(() => refuseReservedInput('tools', [name]), 'RESERVED_VARIABLES');
    }
    refuseReservedInput('tools', ['INPUT_FILE', 'TOOLS', 'INPUT_TOOLS_2']);
  });
});
