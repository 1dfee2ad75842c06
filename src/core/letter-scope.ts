import type { DeadLetter } from './dead-letter.js'
import { isWithin } from './identity.js'
import type { DeviceDirectory } from './views.js'

export type LetterTest = (letter: Pick<DeadLetter, 'device' | 'slot'>) => boolean

/**
 * Which letters who may see a part of the tree may see: those whose device was in it when they came, and is in it now. A
 * letter of no device is for those alone who may see the whole plant.
 */
export function lettersWithin(scope: string, devices: Pick<DeviceDirectory, 'get'>): LetterTest {
  if (scope === '') return () => true
  return ({ device, slot }) => {
    if (!isWithin(device, scope)) return false
    const now = devices.get(slot)
    return now === undefined || isWithin(now.path, scope)
  }
}
