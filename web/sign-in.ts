import type { TextKey } from './catalogue.js'
import { byId, write } from './elements.js'
import { count, sentence, switchLanguage, text, translatePage } from './language.js'
import { openAnew, type Problem, reasonGiven, type Session, signIn } from './session.js'

const WORDS: Readonly<Record<string, TextKey>> = {
  ended: 'signInEnded',
  unreachable: 'signInUnreachable',
  LG_SIGN_IN_FAILED: 'signInFailed',
  LG_SIGN_IN_BLOCKED: 'signInBlocked',
  LG_PASSWORDS_BUSY: 'signInBusy',
  LG_OIDC_UNAVAILABLE: 'signInOidcUnavailable',
  LG_OIDC_REFUSED: 'signInOidcRefused',
  LG_OIDC_NO_ROLE: 'signInOidcNoRole',
  LG_OIDC_NAME_TAKEN: 'signInOidcNameTaken',
}

/** The form before everything else, in place of the console. */
export class SignInForm {
  readonly #session: Session
  #problem: Problem | undefined

  constructor(session: Session) {
    this.#session = session
    const code = reasonGiven()
    if (code !== null) this.#problem = { code, detail: '', seconds: 0 }
  }

  show(): void {
    const { oidc, password } = this.#session.methods
    document.body.dataset.state = 'signed-out'
    byId('sign-in').hidden = false
    byId('sign-in-form').hidden = !password
    byId('sign-in-oidc').hidden = oidc === null
    byId('sign-in-form').addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#submit()
    })
    byId('language').addEventListener('click', () => {
      switchLanguage()
      this.#render()
    })
    this.#render()
    field('sign-in-name').focus()
  }

  async #submit(): Promise<void> {
    const [name, password] = [field('sign-in-name'), field('sign-in-password')]
    const submit = byId('sign-in-submit') as HTMLButtonElement
    submit.disabled = true
    this.#problem = await signIn(name.value, password.value)
    submit.disabled = false
    if (this.#problem === undefined) return openAnew()
    password.value = ''
    this.#render()
    password.focus()
  }

  #render(): void {
    translatePage()
    document.title = `${text('signIn')} · Linegate`
    const { methods, notice } = this.#session
    write(byId('sign-in-oidc'), methods.oidc ?? '')
    write(byId('sign-in-notice'), notice === null ? '' : sentence(notice))
    byId('sign-in-notice').hidden = notice === null
    const message = this.#problem === undefined ? '' : wordsOf(this.#problem)
    write(byId('sign-in-problem'), message)
    byId('sign-in-problem').hidden = message === ''
  }
}

function wordsOf({ code, detail, seconds }: Problem): string {
  const key = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined
  if (key !== undefined) return text(key, { seconds: count(seconds) })
  return detail === '' ? text('signInOther') : detail
}

function field(id: string): HTMLInputElement {
  return byId(id) as HTMLInputElement
}
