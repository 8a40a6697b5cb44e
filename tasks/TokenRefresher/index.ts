// First: what it begins goes on while the rest is loaded.
import { headStart } from '../ahead.ts';
import { runStory } from '../wiring.ts';
import { tokenRefresher } from './token-refresher.ts';

runStory(tokenRefresher, headStart);
