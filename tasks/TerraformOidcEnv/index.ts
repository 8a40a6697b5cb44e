import { runStory } from '../wiring.ts';
import { terraformOidcEnv } from './terraform-oidc-env.ts';

runStory(terraformOidcEnv);
