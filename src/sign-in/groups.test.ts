import { expect, test } from 'vitest'
import { groupsIn, lowerOf, roleFor, teamsFor } from './groups.ts'

const ROLES = { sre: 'admin', dev: 'responder', sales: 'stakeholder' } as const

test('the highest role of all groups counts, in whatever order they come', () => {
  expect(roleFor(['sales', 'sre', 'dev'], ROLES)).toBe('admin')
  expect(roleFor(['dev', 'sales'], ROLES)).toBe('responder')
})

test('whoever is in none of the groups looks on', () => {
  expect(roleFor([], ROLES)).toBe('stakeholder')
  expect(roleFor(['constructor', '__proto__', 'toString'], ROLES)).toBe('stakeholder')
})

test('a provider that is not asked about roles gives none', () => {
  expect(roleFor(['sre'], {})).toBeNull()
})

test('teams are joined and left by group, and others are not spoken of', () => {
  const teams = { pay: 'payments', pay2: 'payments', db: 'storage' }
  expect(teamsFor(['pay', 'other'], teams)).toEqual({ joined: ['payments'], left: ['storage'] })
  expect(teamsFor([], teams)).toEqual({ joined: [], left: ['payments', 'storage'] })
})

test('groups may come as a list or as one name, and nothing else counts', () => {
  expect(groupsIn(['a', 1, null, 'b'])).toEqual(['a', 'b'])
  expect(groupsIn('a')).toEqual(['a'])
  for (const odd of [undefined, null, 7, { a: 1 }]) expect(groupsIn(odd)).toEqual([])
})

test('of two roles the lower is found', () => {
  expect(lowerOf('admin', 'stakeholder')).toBe('stakeholder')
  expect(lowerOf('responder', 'responder')).toBe('responder')
})
