// First: what it begins goes on while the rest is loaded.
import { headStart } from '../shared/ahead.ts';
import { runStory } from '../shared/wiring.ts';
import { tokenRefresher } from './token-refresher.ts';

runStory(tokenRefresher, headStart);
