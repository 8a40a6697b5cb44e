import fc from 'fast-check';
import assert from 'node:assert/strict';
import { shown } from '../../../src/errors.ts';
import {
  idTokenLifeMs,
  isFromRetiringIssuer,
  readIdToken,
} from '../../../src/id-token/id-token.ts';
import { aJwt, anIdToken, anIdTokenText, later, minutes, noon } from '../../support/builders.ts';
import { assertSafeForLogs, failureOf } from '../../support/failures.ts';
import { assertClassified, spoiledJwt, thousands } from '../../support/mutations.ts';

const exp = noon.getTime() / 1_000 + 600;

describe('an ID token', () => {
  it('is read from its claims', () => {
    const text = anIdTokenText({ issuer: 'issuer', subject: 'subject', audience: 'audience' });
    const { token, ...facts } = readIdToken(text);
    assert.equal(token.reveal(), text);
    assert.deepEqual(facts, {
      issuer: 'issuer',
      subject: 'subject',
      connectionName: undefined,
      audience: 'audience',
      issuedOn: noon,
      expiresOn: later(minutes(10)),
    });
  });

  it('needs no claim but its time of expiry', () => {
    const { issuer, subject, audience, issuedOn, expiresOn } = readIdToken(aJwt({ exp }));
    assert.deepEqual([issuer, subject, audience, issuedOn], ['', '', '', undefined]);
    assert.deepEqual(expiresOn, later(minutes(10)));
  });

  it('shows every audience where it has several', () => {
    assert.equal(readIdToken(aJwt({ exp, aud: ['one', 2, 'two'] })).audience, 'one two');
  });

  const unreadable: readonly (readonly [what: string, jwt: string])[] = [
    ['no text', ''],
    ['a text', 'secret'],
    ['two parts', 'c2VjcmV0.c2VjcmV0'],
    ['four parts', 'c2VjcmV0.e30.c2VjcmV0.c2VjcmV0'],
    ['a line break after it', `${aJwt({ exp })}\n`],
    ['a space before it', ` ${aJwt({ exp })}`],
    ['claims that are no JSON', 'e30.c2VjcmV0.c2VjcmV0'],
    ['a list of claims', aJwt([exp])],
    ['no claims', aJwt(null)],
    ['no expiry', aJwt({ sub: 'secret' })],
    ['an expiry in words', aJwt({ exp: String(exp) })],
    ['an expiry in the year 5000', aJwt({ exp: 2e11 })],
    ['an expiry before time began', aJwt({ exp: -1 })],
  ];
  for (const [what, jwt] of unreadable) {
    it(`is refused, without its text, for ${what}`, () => {
      const { kind, message } = failureOf(() => readIdToken(jwt), 'DEVOPS_ANSWER_UNREADABLE');
      assert.equal(kind, 'transient');
      assert.ok(!/secret|c2VjcmV0|e30/.test(message), message);
    });
  }

  it('is read or refused, whatever its claims are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.object()), (claims) => {
        readOrRefuse(aJwt(claims));
      }),
      thousands,
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (aud, iat) => {
        readOrRefuse(aJwt({ exp, aud, iss: aud, sub: iat, iat }));
      }),
      thousands,
    );
    readOrRefuse(aJwt({ exp, aud: [{ toString: 1, valueOf: 1 }] }));
  });

  it('is read or refused, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => void readOrRefuse(text)),
      thousands,
    );
    fc.assert(
      fc.property(fc.base64String(), (part) => void readOrRefuse(`a.${part}.b`)),
      thousands,
    );
  });

  it('is read or refused, however a good one is spoiled', () => {
    let read = 0;
    fc.assert(
      fc.property(spoiledJwt(anIdTokenText()), (jwt) => {
        if (readOrRefuse(jwt)) read += 1;
      }),
      thousands,
    );
    assert.ok(read > 200 && read < 1_800, `${read} were read`);
  });

  it('is refused without being searched for minutes, however long it is', () => {
    failureOf(() => readIdToken(`${'a'.repeat(1_000_000)}.${'b'.repeat(1_000_000)}`));
  });
});

/** Whether it could be read; fails for any other error than the one that is due, or a telling one. */
function readOrRefuse(jwt: string): boolean {
  try {
    readIdToken(jwt);
    return true;
  } catch (error) {
    assertClassified(error, jwt);
    assert.equal(error.code, 'DEVOPS_ANSWER_UNREADABLE');
    return false;
  }
}

describe('the claims', () => {
  const hostile = fc
    .array(
      fc.oneof(fc.constantFrom('#', '##', '###', '##vso[x]', '\n', '\u2028', '%0A'), fc.string()),
    )
    .map((parts) => parts.join(''));

  it('have no line breaks, and a log shows them without any command, whatever they were', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { issuer, subject, audience } = readIdToken(
          aJwt({ exp, iss: text, sub: text, aud: [text, text] }),
        );
        for (const claim of [issuer, subject, audience]) {
          assert.doesNotMatch(claim, /[\p{Cc}\u2028\u2029]/u);
          assert.ok(claim.length <= 600);
          assertSafeForLogs(shown(claim));
        }
      }),
      thousands,
    );
  });
});

describe('the subject', () => {
  const subjects = [
    "sc://contoso/Zürich's 店/a-b_c",
    'sc://contoso/shop/C## apps',
    'sc://contoso/shop/##[section] ##vso[x]',
    'sc://contoso/\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645/x',
  ];
  for (const sub of subjects) {
    it(`is kept letter for letter, since Entra compares it: ${sub}`, () => {
      assert.equal(readIdToken(aJwt({ exp, sub })).subject, sub);
    });
  }

  it('shows no letter that turns the direction of the text, or hides', () => {
    const { subject } = readIdToken(aJwt({ exp, sub: 'a\u202eb\u200bc\u2066d' }));
    assert.equal(shown(subject), 'a?b?c?d');
  });
});

describe('the issuer that retires', () => {
  const issuers = [
    ['https://vstoken.dev.azure.com/org', true],
    ['https://login.microsoftonline.com/tenant/v2.0', false],
    ['https://vstoken.dev.azure.com.example/org', false],
    ['', false],
  ] as const;
  for (const [issuer, retires] of issuers) {
    it(`is ${retires ? '' : 'not '}"${issuer}"`, () => {
      assert.equal(isFromRetiringIssuer({ issuer }), retires);
    });
  }
});

describe('the life of an ID token', () => {
  it('is what lies between its own times, less a second of rounding', () => {
    assert.equal(idTokenLifeMs(anIdToken(), noon), minutes(10) - 1_000);
  });

  it('is no longer than the server has until its end, should it date the issue back', () => {
    const idToken = { ...anIdToken(), clockAheadMs: 0 };
    assert.equal(idTokenLifeMs(idToken, later(minutes(5))), minutes(5) - 1_000);
    const onWrongAgent = { ...anIdToken(), clockAheadMs: minutes(15) };
    assert.equal(idTokenLifeMs(onWrongAgent, later(minutes(20))), minutes(5) - 1_000);
  });

  for (const offMinutes of [-600, -5, 5, 600]) {
    it(`does not depend on the agent's clock, which is ${offMinutes} minutes off`, () => {
      const askedOn = later(minutes(offMinutes));
      assert.equal(idTokenLifeMs(anIdToken(), askedOn), minutes(10) - 1_000);
    });
  }

  it("is measured by the agent's clock where the token has no time of issue", () => {
    const idToken = readIdToken(aJwt({ exp }));
    assert.equal(idTokenLifeMs(idToken, later(minutes(4))), minutes(6) - 1_000);
  });

  const senseless = [later(minutes(10)), later(minutes(20)), later(minutes(-60 * 100))];
  for (const issuedOn of senseless) {
    it(`is measured by the agent's clock where the time of issue is ${issuedOn.toISOString()}`, () => {
      const idToken = { ...anIdToken(), issuedOn };
      assert.equal(idTokenLifeMs(idToken, later(minutes(4))), minutes(6) - 1_000);
    });
  }

  it('is never negative, and never longer than two days', () => {
    const moments = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) });
    fc.assert(
      fc.property(moments, fc.option(moments, { nil: undefined }), moments, (end, start, now) => {
        const life = idTokenLifeMs({ ...anIdToken(), expiresOn: end, issuedOn: start }, now);
        assert.ok(life >= 0 && life < minutes(48 * 60), String(life));
      }),
      thousands,
    );
  });
});
