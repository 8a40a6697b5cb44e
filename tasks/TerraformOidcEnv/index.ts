// First: what it begins goes on while the rest is loaded.
import { waitingBroker } from '../ahead.ts';
import { runStory } from '../wiring.ts';
import { terraformOidcEnv } from './terraform-oidc-env.ts';

runStory(terraformOidcEnv, waitingBroker);
