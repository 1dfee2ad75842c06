/** What the commands of users and tokens say, in English. */
export const people = {
  password: 'Password: ',
  passwordAgain: 'The same again: ',
  name: 'name',
  displayName: 'shown as',
  role: 'role',
  roles: { viewer: 'viewer', operator: 'operator', engineer: 'engineer', admin: 'admin' },
  scope: 'sees',
  wholePlant: '(whole plant)',
  state: 'signs in with',
  signsInWith: { password: 'password', oidc: 'OpenID' },
  disabled: '(disabled)',
  lastSignIn: 'last sign-in',
  noUsers: 'There are no users. "linegate users add NAME --role admin" makes the first one.',
  userAdded: (name: string, role: string, scope: string) =>
    `User ${name} added: ${role}, ${scope === '' ? 'whole plant' : scope}.`,
  userChanged: (name: string) => `User ${name} changed.`,
  passwordSet: (name: string) => `${name} has a new password; sessions have ended.`,
  userRemoved: (name: string) => `User ${name} removed.`,
  owner: 'owner',
  expires: 'expires',
  lastUsed: 'last used',
  noTokens: 'There are no API tokens.',
  tokenMade: (name: string, expires: string) =>
    `API token ${name}, good until ${expires}. It is shown now and never again:`,
  tokenRevoked: (name: string) => `API token ${name} revoked.`,
}
