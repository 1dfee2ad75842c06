/** Who the gateway says is here, and the ways to sign in; see GET /api/v1/session. */
export interface Session {
  readonly signInRequired: boolean
  readonly signedIn: boolean
  readonly kind: 'session' | 'token' | 'local' | 'nobody'
  readonly name: string
  readonly displayName: string
  readonly role: Role | null
  readonly scope: string
  readonly language: 'en' | 'zh' | null
  readonly methods: { readonly password: boolean; readonly oidc: string | null }
  readonly notice: Readonly<Record<'en' | 'zh', string>> | null
}

export type Role = 'viewer' | 'operator' | 'engineer' | 'admin'

/** What of a problem document the page has words for. */
export interface Problem {
  readonly code: string
  readonly detail: string
  /** When to try again; 0 where it does not matter. */
  readonly seconds: number
}

const ADDRESS = 'api/v1/session'

/** Undefined where the gateway does not answer: whoever asked tries again, or goes on as before. */
export async function askSession(): Promise<Session | undefined> {
  try {
    const response = await fetch(ADDRESS)
    return response.ok ? ((await response.json()) as Session) : undefined
  } catch {
    // No connection. What keeps the live stream alive says so on the page.
    return undefined
  }
}

/** Undefined when it worked. */
export async function signIn(name: string, password: string): Promise<Problem | undefined> {
  const headers = { 'content-type': 'application/json' }
  try {
    const response = await fetch(ADDRESS, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name, password }),
    })
    return response.ok ? undefined : await problemOf(response)
  } catch {
    return { code: 'unreachable', detail: '', seconds: 0 }
  }
}

export async function signOut(): Promise<boolean> {
  try {
    return (await fetch(ADDRESS, { method: 'DELETE' })).ok
  } catch {
    return false
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get('retry-after') ?? 0)
  try {
    const { code, detail } = (await response.json()) as Problem
    return { code, detail, seconds }
  } catch {
    // Something between the page and the gateway answered.
    return { code: 'unreachable', detail: '', seconds: 0 }
  }
}

/** What the page is opened with after signing in went wrong, or after a session ended. */
const REASON = 'signIn'

export function reasonGiven(): string | null {
  return new URLSearchParams(location.search).get(REASON)
}

/**
 * Opens the page anew: nothing of what one person saw is left for the next. With a reason, the form says why it is there.
 */
export function openAnew(reason?: string): void {
  const address = new URL(location.href)
  if (reason === undefined) address.searchParams.delete(REASON)
  else address.searchParams.set(REASON, reason)
  if (address.href === location.href) location.reload()
  else location.replace(address)
}
