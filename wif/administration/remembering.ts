import { AdministrationError } from './errors.ts';
import type { Web, WebAnswer } from './web.ts';

/**
 * A service of which each question is asked once, however many ask it and whenever: what was
 * answered is answered again. Where there is no sign-in, that is not tried for each question either.
 * For a command that only looks, and looks at many.
 */
export function remembering(web: Web): Web {
  const answers = new Map<string, Promise<WebAnswer>>();
  let withoutSignIn: AdministrationError | undefined;
  const asked = async (path: string): Promise<WebAnswer> => {
    try {
      return await web.send({ method: 'GET', path });
    } catch (error) {
      if (error instanceof AdministrationError && error.code === 'SIGN_IN_FAILED')
        withoutSignIn = error;
      throw error;
    }
  };
  return {
    service: web.service,
    async send(request) {
      if (request.method !== 'GET') return web.send(request);
      if (withoutSignIn !== undefined) throw withoutSignIn;
      const { path } = request;
      const known = answers.get(path) ?? asked(path);
      answers.set(path, known);
      return known;
    },
  };
}
