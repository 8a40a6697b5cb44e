import {
  errorCodes,
  failureKinds,
  type ErrorCode,
  type Failure,
  type MissingCredential,
} from '../errors.ts';
import { isPlace } from '../place.ts';
import { list, NotAMessage, number, optional, shapeOf, text, type Shape } from './shape.ts';

/** A failure that came from another process. @throws {NotAMessage} for what is none. */
export function readFailure(value: unknown): Failure {
  const shape = shapeOf(value);
  const kind = failureKinds.find((word) => word === shape['kind']);
  if (kind === undefined) throw new NotAMessage('kind is another word');
  const code = text(shape, 'code');
  if (!isErrorCode(code)) throw new NotAMessage('code is unknown');
  const place = optional(shape, 'place', (of, key) => list(of, key, String).filter(isPlace));
  return {
    code,
    message: text(shape, 'message'),
    remedy: text(shape, 'remedy'),
    kind,
    retryAfterMs: optional(shape, 'retryAfterMs', number),
    cure: optional(shape, 'cure', credential),
    place,
  };
}

function credential(of: Shape, key: string): MissingCredential {
  const shape = shapeOf(of[key]);
  return {
    connection: text(shape, 'connection'),
    clientId: text(shape, 'clientId'),
    issuer: text(shape, 'issuer'),
    subject: text(shape, 'subject'),
  };
}

function isErrorCode(code: string): code is ErrorCode {
  return (errorCodes as readonly string[]).includes(code) || /^AADSTS\d{1,9}$/.test(code);
}
