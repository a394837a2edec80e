/** `sign_in`: how people sign in, besides and after their password. */
import { isMap, isScalar, type Node, type Pair } from 'yaml'
import type { Role } from '../people/person.ts'
import { DEFAULT_SCOPES } from '../sign-in/settings.ts'
import type { OidcForm, SignInForm } from './form.ts'
import { secret } from './form-values.ts'
import { list, oneOf, record, reference, text, yesNo } from './reader.ts'
import { arrive, note, quoted, type Reader, shown, sourceOf } from './reading.ts'

const GROUPS_MAX = 500
const GROUP_LENGTH_MAX = 300

/** In the clear only to this very machine: what travels is who somebody is. */
const issuer: Reader<string> = (reading, node, path) => {
  const value = text({ max: 500 })(reading, node, path)
  if (value === undefined || isIssuer(value)) return value
  return note(
    reading,
    node,
    path,
    `${quoted(value)} is not the https address of a provider, such as https://id.example.com`,
  )
}

function isIssuer(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, hostname, username, search, hash } = new URL(value)
  if (username !== '' || search !== '' || hash !== '') return false
  const isHere = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isHere)
}

/** Groups as the provider writes them, each with what it means. */
const groups =
  <T>(meaning: Reader<T>): Reader<Record<string, T>> =>
  (reading, start, path) => {
    const node = arrive(reading, start, path)
    if (!isMap(node))
      return note(reading, node, path, `a mapping of groups is expected, not ${shown(node)}`)
    if (node.items.length > GROUPS_MAX)
      return note(reading, node, path, `at most ${GROUPS_MAX} groups are read`)
    const read = new Map<string, T>()
    for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
      const group = isScalar(key) ? sourceOf(key) : ''
      if (group === '' || group.length > GROUP_LENGTH_MAX)
        note(reading, key, path, `a group is a text of at most ${GROUP_LENGTH_MAX} characters`)
      else if (read.has(group)) note(reading, key, path, `${quoted(group)} stands here twice`)
      const means = meaning(reading, value, `${path}.${group}`)
      if (means !== undefined) read.set(group, means)
    }
    return Object.fromEntries([...read].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

const scope = text({ max: 100, pattern: /^[\x21\x23-\x5b\x5d-\x7e]+$/, is: 'a scope' })

const scopes: Reader<string[]> = (reading, node, path) => {
  const read = list(scope, 20)(reading, node, path)
  if (!read || read.includes('openid')) return read
  return note(reading, node, path, '`scopes` needs `openid`: without it the provider names nobody')
}

const oidc = record<OidcForm>('`oidc`', {
  issuer: { reader: issuer, isRequired: true },
  client_id: { reader: text({ max: 300 }), isRequired: true },
  client_secret: { reader: secret },
  scopes: { reader: scopes, otherwise: [...DEFAULT_SCOPES] },
  groups_claim: { reader: text({ max: 200 }), otherwise: 'groups' },
  roles: {
    reader: groups(oneOf<Role>(['admin', 'responder', 'stakeholder'])),
    otherwise: {},
  },
  teams: { reader: groups(reference('team')), otherwise: {} },
  create_people: { reader: yesNo, otherwise: false },
  label: { reader: text({ max: 60 }), otherwise: 'Single sign-on' },
})

export const signInReader: Reader<SignInForm> = (reading, node, path) => {
  const read = record<SignInForm>('`sign_in`', {
    oidc: { reader: oidc },
    local: { reader: oneOf(['everyone', 'admins']), otherwise: 'everyone' },
    totp: { reader: oneOf(['optional', 'admins']), otherwise: 'optional' },
  })(reading, node, path)
  if (read?.local === 'admins' && read.oidc === null) {
    const sentence = '`local: admins` needs `oidc`: nobody else could sign in'
    return note(reading, node, `${path}.local`, sentence)
  }
  return read
}

/** As it is when nothing is said. */
export const PLAIN_SIGN_IN: SignInForm = { oidc: null, local: 'everyone', totp: 'optional' }
