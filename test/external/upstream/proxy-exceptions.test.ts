import assert from 'node:assert/strict';
import { isExempt } from '../../../src/external/upstream/proxy-exceptions.ts';

const rows: readonly (readonly [url: string, list: string, expected: boolean])[] = [
  ['https://dev.azure.com', '', false],
  ['https://dev.azure.com', '*', true],
  ['https://dev.azure.com', 'dev.azure.com', true],
  ['https://dev.azure.com', 'DEV.azure.COM', true],
  ['https://dev.azure.com', 'azure.com', true],
  ['https://dev.azure.com', '.azure.com', true],
  ['https://dev.azure.com', '*.azure.com', true],
  ['https://azure.com', '.azure.com', true],
  ['https://notazure.com', 'azure.com', false],
  ['https://dev.azure.com', 'one.example, , azure.com', true],
  ['https://dev.azure.com', 'one.example azure.com', true],
  ['https://dev.azure.com', 'azure.com:443', true],
  ['https://dev.azure.com', 'azure.com:8080', false],
  ['https://dev.azure.com:8080', 'azure.com:8080', true],
  ['https://dev.azure.com', '.', false],
  ['https://dev.azure.com', '10.0.0.0/8', false],
  ['https://10.1.2.3', '10.0.0.0/8', true],
  ['https://11.1.2.3', '10.0.0.0/8', false],
  ['https://10.1.2.3', '10.1.2.3', true],
  ['https://10.1.2.3', '10.1.2.3:443', true],
  ['https://10.1.2.3', '1.2.3', false],
  ['https://10.1.2.3', '10.0.0.0/33', false],
  ['https://10.1.2.3', '10.0.0.0/x', false],
  ['https://10.1.2.3', 'fd00::/8', false],
  ['https://[fd00::1]', 'fd00::/8', true],
  ['https://[fd00::1]', '[fd00::1]:443', true],
  ['https://[fd00::1]', 'fd00::1', true],
  ['https://[fd00::1]', '10.0.0.0/8', false],
];

describe('A list of hosts that are reached without the proxy', () => {
  for (const [url, list, expected] of rows) {
    it(`${expected ? 'names' : 'does not name'} ${url}: "${list}"`, () => {
      assert.equal(isExempt(new URL(url), list), expected);
    });
  }
});
