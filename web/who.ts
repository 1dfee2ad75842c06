import type { TextKey } from './catalogue.js'
import { byId, write } from './elements.js'
import { text } from './language.js'
import { askSession, openAnew, type Role, type Session, signOut } from './session.js'

const ROLES: Readonly<Record<Role, TextKey>> = {
  viewer: 'roleViewer',
  operator: 'roleOperator',
  engineer: 'roleEngineer',
  admin: 'roleAdmin',
}

/** Who is signed in, in the head of the page; nothing where nobody has to. */
export class Who {
  readonly #session: Session | undefined

  constructor(session: Session | undefined) {
    this.#session = session
  }

  start(): void {
    byId('who').hidden = !this.#mustSignIn
    byId('sign-out').addEventListener('click', () => void this.#leave())
    this.render()
  }

  render(): void {
    const { name = '', displayName = '', role = null, scope = '' } = this.#session ?? {}
    write(byId('who-name'), displayName === '' ? name : displayName)
    write(byId('who-role'), role === null ? '' : text(ROLES[role]))
    write(byId('who-scope'), scope === '' ? text('wholePlant') : scope)
  }

  /** The connection was lost: perhaps because the session has ended. */
  async check(): Promise<void> {
    if (!this.#mustSignIn) return
    const now = await askSession()
    if (now?.signInRequired && !now.signedIn) openAnew('ended')
  }

  get #mustSignIn(): boolean {
    return this.#session?.signInRequired ?? false
  }

  async #leave(): Promise<void> {
    if (await signOut()) openAnew()
  }
}
