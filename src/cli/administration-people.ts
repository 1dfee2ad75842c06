import { LOCAL_IDENTITY } from '../core/identity.js'
import type { By } from '../security/people/asker.js'
import { People } from '../security/people/people.js'
import { PasswordHasher } from '../security/secrets/passwords.js'
import type { Stopped } from './administration.js'

/** Who governs a gateway that does not run: whoever can open its state. */
export const BY_LOCAL: By = { identity: LOCAL_IDENTITY, address: '' }

/** The people of a gateway that does not run, as long as `work` takes. */
export async function withPeople<T>(
  { state, config, audit, logger }: Stopped,
  work: (people: People) => Promise<T>,
): Promise<T> {
  const people = new People({
    state,
    dataDirectory: config.gateway.dataDirectory,
    ...config.security,
    isSecure: false,
    passwords: new PasswordHasher(),
    audit,
    logger,
  })
  people.start()
  try {
    return await work(people)
  } finally {
    await people.close()
  }
}
