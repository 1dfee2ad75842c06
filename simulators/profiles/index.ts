import { cnc } from './cnc.js'
import { cpe5g } from './cpe-5g.js'
import { injectionMoulding } from './injection-moulding.js'
import { portCrane } from './port-crane.js'
import type { Profile } from './profile.js'
import { smtLine } from './smt-line.js'

/** Every kind of equipment that a fleet file can name. */
export const PROFILES: readonly Profile[] = [cnc, injectionMoulding, smtLine, portCrane, cpe5g]

export function profileNamed(name: string): Profile {
  const profile = PROFILES.find((candidate) => candidate.name === name)
  if (profile === undefined) throw new RangeError(`no profile ${name}`)
  return profile
}
