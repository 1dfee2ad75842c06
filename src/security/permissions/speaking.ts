import { LEVELS, type Level, type TopicLevels } from '../../core/device.js'
import { isWithin } from '../../core/identity.js'

/** Whose points the payloads of a client may hold, as `speaksFor` of a profile. */
export type SpeaksFor = 'self' | 'line' | 'area' | 'site' | 'all'

/** The path of a device, or of a level above it: the levels that are known. */
function pathOf(place: TopicLevels, levels: readonly Level[]): string {
  return levels
    .map((level) => place[level])
    .filter((value) => value !== '')
    .join('/')
}

/**
 * Answers for paths of devices. A client without a place speaks for none, unless it may for all; one whose place does
 * not name the level in question speaks for itself alone.
 */
export function speakingOf(speaksFor: SpeaksFor, place: TopicLevels | undefined): (path: string) => boolean {
  if (speaksFor === 'all') return () => true
  if (place === undefined) return () => false
  const own = pathOf(place, LEVELS)
  if (own === '') return () => false
  if (speaksFor === 'self' || place[speaksFor] === '') return (path) => path === own
  const above = pathOf(place, LEVELS.slice(0, LEVELS.indexOf(speaksFor) + 1))
  return (path) => isWithin(path, above)
}
