// First: what it begins goes on while the rest is loaded.
import { headStart } from '../shared/ahead.ts';
import { runStory } from '../shared/wiring.ts';
import { terraformOidcEnv } from './terraform-oidc-env.ts';

runStory(terraformOidcEnv, headStart);
