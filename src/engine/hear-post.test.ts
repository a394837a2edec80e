import { describe, expect, test } from 'vitest'
import type { Group } from '../alerts/alert.ts'
import type { Directory } from '../directory/directory.ts'
import { roomOf } from './follow.ts'
import { whoIs } from './hear-post.ts'

const person = (id: string, ...contacts: { kind: string; fields: Record<string, unknown> }[]) =>
  [id, { id, name: id, contacts }] as const
const directoryOf = (...people: ReturnType<typeof person>[]): Directory =>
  ({
    people: new Map<string, object>(people),
    services: new Map([
      ['shop', { channel: ' #shop ' }],
      ['quiet', { channel: null }],
    ]),
  }) as unknown as Directory

describe('who pressed', () => {
  const directory = directoryOf(
    person('ana', { kind: 'slack', fields: { user: 'U0ANA' } }),
    person('ben', { kind: 'slack', fields: { user: 'Ben@Example.com' } }),
    person('cy', { kind: 'email', fields: { address: 'cy@example.com' } }),
    person('one', { kind: 'slack', fields: { user: 'U0BOTH' } }),
    person('two', { kind: 'slack', fields: { user: 'U0BOTH' } }),
  )
  const who = (address: string, also: string[] = [], kind = 'slack') =>
    whoIs(directory, { kind, address, also })?.id ?? null

  test.each([
    ['by their id', 'U0ANA', [], 'ana'],
    ['by their e-mail address, in whatever letters', 'U0BEN', ['ben@example.com'], 'ben'],
    ['not by an address of another kind of contact', 'U0CY', ['cy@example.com'], null],
    ['not where two people have it', 'U0BOTH', [], null],
    [
      'not where the id is one person’s and the address another’s',
      'U0ANA',
      ['ben@example.com'],
      null,
    ],
    ['not by nothing', '', [''], null],
    ['not by a stranger’s', 'U0EVE', [], null],
  ])('is known %s', (_what, address, also, id) => {
    expect(who(address, also)).toBe(id)
  })

  test('is not known over another kind of chat', () => {
    expect(who('U0ANA', [], 'telegram')).toBeNull()
  })
})

describe('the room of a group', () => {
  const group = {
    serviceId: 'shop',
    visibility: 'everyone',
    status: 'firing',
    climbId: 'c',
    drillId: null,
  } as Group
  const directory = directoryOf()

  test.each<[string, Partial<Group>, string | null]>([
    ['is its service’s', {}, '#shop'],
    ['is none without a service', { serviceId: null }, null],
    ['is none for a service without one', { serviceId: 'quiet' }, null],
    ['is none for a service that is gone', { serviceId: 'gone' }, null],
    ['is none where only its team may see it', { visibility: 'team' }, null],
    ['is none when it is over', { status: 'resolved' }, null],
    ['is none while it pages nobody', { climbId: null }, null],
    ['is none in a drill', { drillId: 'd' }, null],
  ])('%s', (_what, more, room) => {
    expect(roomOf({ ...group, ...more }, directory)).toBe(room)
  })
})
