import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import {
  bits,
  explicit,
  identifier,
  implicit,
  integer,
  isTrue,
  octets,
  sequence,
  set,
  text,
  time,
} from './der.ts';

/** A certificate and its private key, both PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** The emulator's own throw-away root, and what it vouches for. */
export interface CertificateAuthority {
  readonly certificate: string;
  identityFor(host: string): Identity;
  contextFor(host: string): SecureContext;
}

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const day = 24 * 3600 * 1000;
const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'));
const newKeyPair = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const keyId = (key: KeyObject): Buffer => createHash('sha1').update(spki(key)).digest();
const commonName = (name: string): Buffer =>
  sequence(set(sequence(identifier('2.5.4.3'), text(name))));

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(identifier(id), ...(critical ? [isTrue()] : []), octets(value));

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

interface Subject {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

function issue(subject: Subject, issuerName: string, issuer: KeyPair): string {
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    commonName(issuerName),
    sequence(time(new Date(Date.now() - day)), time(new Date(Date.now() + 90 * day))),
    commonName(subject.name),
    spki(subject.publicKey),
    // Python 3.13 refuses a chain without the two key identifiers.
    explicit(
      3,
      sequence(
        ...subject.extensions,
        extension('2.5.29.14', octets(keyId(subject.publicKey))),
        extension('2.5.29.35', sequence(implicit(0, keyId(issuer.publicKey)))),
      ),
    ),
  );
  return pem(sequence(body, ecdsaWithSha256, bits(sign('sha256', body, issuer.privateKey))));
}

const rootExtensions = (): Buffer[] => [
  extension('2.5.29.19', sequence(isTrue()), true),
  extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true),
];

const hostExtensions = (host: string): Buffer[] => [
  extension('2.5.29.17', sequence(implicit(2, Buffer.from(host)))),
  extension('2.5.29.19', sequence(), true),
  extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true),
  extension('2.5.29.37', sequence(identifier('1.3.6.1.5.5.7.3.1'))),
];

/** A new root; certificates of hosts are made the first time that they are asked for. */
export function createCertificateAuthority(): CertificateAuthority {
  const name = `Emulator root ${randomBytes(4).toString('hex')}`;
  const root = newKeyPair();
  const certificate = issue(
    { name, publicKey: root.publicKey, extensions: rootExtensions() },
    name,
    root,
  );
  const contexts = new Map<string, SecureContext>();
  const identityFor = (host: string): Identity => {
    const pair = newKeyPair();
    const subject = { name: host, publicKey: pair.publicKey, extensions: hostExtensions(host) };
    return {
      certificate: issue(subject, name, root),
      key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  };
  const contextFor = (host: string): SecureContext => {
    const known = contexts.get(host);
    if (known) return known;
    const identity = identityFor(host);
    const context = createSecureContext({ cert: identity.certificate, key: identity.key });
    contexts.set(host, context);
    return context;
  };
  return { certificate, identityFor, contextFor };
}
