import { expect, test } from 'vitest'
import { FileRefused } from './mistake.ts'
import { draftOf } from './draft.ts'
import { readFile } from './form-file.ts'
import { EMPTY, planDeps } from './planning.rig.ts'

const FACTS = { channels: [], sourceKinds: [], hashKey: (key: string) => key }

function read(text: string, env: Record<string, string> = {}) {
  const opened = readFile(text, env, FACTS)
  if (!opened.ok) throw new FileRefused(opened.mistakes)
  return opened.read
}
const mistakes = (text: string): string[] =>
  read(text).reading.mistakes.map((one) => `${one.path}: ${one.sentence}`)
const withIssuer = (issuer: string): string =>
  `sign_in: { oidc: { issuer: "${issuer}", client_id: x } }`

test.each([
  'https://id.example.com',
  'https://id.example.com/realms/main',
  'http://127.0.0.1:4000',
  'http://localhost:8080/a',
  'http://[::1]:1',
])('%s may be a provider', (issuer) => {
  expect(mistakes(withIssuer(issuer))).toEqual([])
})

test.each([
  'http://id.example.com',
  'http://127.0.0.1.example.com',
  'https://user@id.example.com',
  'https://id.example.com?x=1',
  'https://id.example.com#x',
  'ftp://id.example.com',
  'id.example.com',
  'javascript:alert(1)',
])('%s may not', (issuer) => {
  expect(mistakes(withIssuer(issuer))[0]).toMatch(/^sign_in\.oidc\.issuer: .*https address/)
})

test('what is left out is as it is by default', () => {
  expect(read('sign_in: {}').file.sign_in).toEqual({
    oidc: null,
    local: 'everyone',
    totp: 'optional',
  })
  expect(read(withIssuer('https://id.example.com')).file.sign_in?.oidc).toMatchObject({
    scopes: ['openid', 'email', 'profile'],
    roles: {},
    teams: {},
    create_people: false,
    client_secret: null,
  })
  expect(read('people: []').file.sign_in).toBeNull()
})

test('groups may have any name, once, and mean a role that there is', () => {
  const of = (roles: string) =>
    `sign_in: { oidc: { issuer: "https://a.example.com", client_id: x, roles: ${roles} } }`
  const odd = read(of('{ "Group, with: signs": admin, __proto__: responder, 12: stakeholder }'))
  expect(Object.entries(odd.file.sign_in?.oidc?.roles ?? {})).toEqual([
    ['12', 'stakeholder'],
    ['Group, with: signs', 'admin'],
    ['__proto__', 'responder'],
  ])
  expect(mistakes(of('{ a: admin, a: responder }'))[0]).toContain('stands here twice')
  expect(mistakes(of('{ a: owner }'))[0]).toContain('cannot be `owner`')
  expect(mistakes(of('[ a ]'))[0]).toContain('a mapping of groups')
})

test('passwords for admins only need a provider for the others', () => {
  expect(mistakes('sign_in: { local: admins }')[0]).toContain('nobody else could sign in')
})

test('a team that a group leads to has to be there, and cannot be taken away', () => {
  const teams = 'teams: [ { id: core } ]\n'
  const signIn =
    'sign_in: { oidc: { issuer: "https://a.example.com", client_id: x, teams: { g: core } } }'
  expect(() => draftOf(read(signIn), EMPTY, 0, planDeps())).toThrow(FileRefused)
  const draft = draftOf(read(teams + signIn), EMPTY, 0, planDeps())
  expect(draft.changes.map((one) => one.section)).toEqual(['sign_in', 'teams'])
  const stored = {
    ...EMPTY,
    directory: draft.directory,
    signIn: {
      oidc: {
        issuer: 'https://a.example.com',
        clientId: 'x',
        clientSecret: null,
        scopes: ['openid'],
        groupsClaim: 'groups',
        roles: {},
        teams: { g: 'core' },
        createPeople: false,
        label: 'x',
      },
      local: 'everyone',
      totp: 'optional',
    } as const,
  }
  try {
    draftOf(read('teams: []'), stored, 0, planDeps())
    expect.unreachable()
  } catch (cause) {
    expect((cause as FileRefused).mistakes[0]?.sentence).toBe(
      'team `core` cannot be removed: a group in `sign_in` leads to it',
    )
  }
})

test('a secret in the file is a finding, and is never shown', () => {
  const text =
    'sign_in: { oidc: { issuer: "https://a.example.com", client_id: x, client_secret: hush-hush } }'
  const draft = draftOf(read(text), EMPTY, 0, planDeps())
  expect(draft.findings.map((one) => one.rule)).toContain('secretInFile')
  expect(JSON.stringify(draft.changes)).not.toContain('hush-hush')
})
