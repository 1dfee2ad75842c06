/** V8 copies shorter parts of a string; longer ones stay views into it. */
const SHORTEST_VIEW = 13

/** Parts of texts up to this length may keep them: copying costs more than it frees. */
export const LONG_TEXT = 512

/**
 * The same characters, held apart from the text that they were cut out of. A part of 13 characters or more keeps the
 * whole text in memory for as long as it lives, so what outlives its message must not be a part of a long one.
 */
export function detached(text: string): string {
  return text.length < SHORTEST_VIEW ? text : Buffer.from(text).toString()
}
