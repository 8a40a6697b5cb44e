import assert from 'node:assert/strict';
import { connectionName } from '../../../src/service-connection/connection-name.ts';

describe('the name of a service connection', () => {
  const otherwise = 'c0000000-0000-0000-0000-000000000000';
  const all = { subject: 'sc://contoso/shop/shop-production', scopeName: 'Shop', step: 'Sign in' };
  const rows = [
    { told: 'its subject', sources: all, name: 'shop-production' },
    { told: 'a subject with a slash', sources: { subject: 'sc://o/p/a/b' }, name: 'a/b' },
    { told: 'its subscription', sources: { ...all, subject: '/eid1/c/pub/t/x' }, name: 'Shop' },
    { told: 'a subject of no connection', sources: { ...all, subject: 'sc://o/p/' }, name: 'Shop' },
    { told: 'a blank subject', sources: { ...all, subject: 'sc://o/p/ ' }, name: 'Shop' },
    { told: 'a subject with blanks around', sources: { subject: 'sc://o/p/ a ' }, name: 'a' },
    { told: 'its step', sources: { scopeName: ' ', step: 'Sign in' }, name: 'of step Sign in' },
    { told: 'nothing but its ID', sources: {}, name: otherwise },
    { told: 'another alphabet', sources: { scopeName: 'Продажи 東京' }, name: 'Продажи 東京' },
    { told: 'a command', sources: { scopeName: 'a\r\n##vso[x]b' }, name: 'a #vso[x]b' },
    { told: 'hidden characters', sources: { scopeName: 'a\u202eb\u200bc' }, name: 'a?b?c' },
    {
      told: 'a text without end',
      sources: { scopeName: '🔑'.repeat(200) },
      name: '🔑'.repeat(100),
    },
  ];
  for (const { told, sources, name } of rows) {
    it(`is read from ${told}`, () => {
      assert.equal(connectionName({ ...sources, otherwise }), name);
    });
  }
});
