// First: what it begins goes on while the rest is loaded.
import { headStart } from '../ahead.ts';
import { runStory } from '../wiring.ts';
import { terraformOidcEnv } from './terraform-oidc-env.ts';

runStory(terraformOidcEnv, headStart);
