import { describe, expect, test } from 'vitest'
import type { Group } from '../alerts/alert.ts'
import type { Page } from './page.ts'
import {
  afterPost,
  doingFor,
  escalationPost,
  groupPost,
  isStorm,
  type Post,
  POSTS_ALONE_MAX,
  reachedOf,
  summaryPost,
  type Told,
} from './post.ts'

const AT = Date.parse('2026-11-23T14:00:00.000Z')
const group = (more: Partial<Group> = {}): Group => ({
  id: 'g',
  key: 'k',
  status: 'firing',
  title: 'db is broken',
  severity: 'critical',
  urgency: 'high',
  serviceId: 's',
  teamId: 't',
  visibility: 'everyone',
  openCount: 1,
  activeCount: 1,
  alertCount: 1,
  climbId: 'c',
  acknowledgedBy: null,
  acknowledgedAt: null,
  openedAt: AT,
  resolvedAt: null,
  drillId: null,
  ...more,
})
const page = (personId: string, step: number, more: Partial<Page> = {}): Page =>
  ({ personId, step, round: 0, isFallback: false, status: 'open', ...more }) as Page
const told = (more: Partial<Group> = {}, pages: readonly Page[] = []): Told => ({
  group: group(more),
  serviceName: 'Shop',
  pages,
  name: (id) => id ?? 'somebody',
})

describe('what a post says', () => {
  test('of what fires: who is paged, and that nobody has it', () => {
    const shown = groupPost(
      told({}, [page('Ana', 0), page('Ben', 0), page('Cy', 0, { status: 'declined' })]),
    )
    expect(shown.title).toBe('Shop: db is broken')
    expect(shown.body).toContain('Nobody has it yet. Paged: Ana, Ben')
    expect(shown.actions).toEqual(['acknowledge', 'escalate'])
  })

  test.each([
    [
      { status: 'acknowledged', acknowledgedBy: 'Ben', acknowledgedAt: AT },
      'Ben has it since 14:00 UTC.',
    ],
    [{ status: 'acknowledged', acknowledgedAt: AT }, 'The source has it since 14:00 UTC.'],
    [{ status: 'resolved', resolvedAt: AT }, 'Resolved at 14:00 UTC.'],
  ] as const)('of %j: there is nothing to press', (more, line) => {
    const shown = groupPost(told(more))
    expect(shown.body).toContain(line)
    expect(shown.actions).toEqual([])
  })

  test('of an escalation: how far it came, and who is paged there', () => {
    const pages = [page('Ana', 0, { status: 'superseded' }), page('Ben', 1), page('Cy', 1)]
    expect(escalationPost(told({}, pages))).toMatchObject({
      title: 'Escalated to level 2',
      body: 'Paged: Ben, Cy',
    })
    const last = [...pages, page('Vic', 0, { isFallback: true, round: 1 })]
    expect(escalationPost(told({}, last)).title).toBe('Escalated to the last resort, round 2')
  })

  test('of a storm: how many there are in which state, and the first of them by name', () => {
    const all = Array.from({ length: 12 }, (_, n) =>
      told({ title: `node-${n}`, ...(n < 2 ? { status: 'resolved', resolvedAt: AT } : {}) }),
    )
    const { title, body } = summaryPost(all)
    expect(title).toBe('12 alerts since 14:00 UTC')
    expect(body).toContain('10 firing, 0 acknowledged, 2 resolved')
    expect(body).toContain('… and 2 more')
    expect(body.split('\n')).toHaveLength(12)
  })

  test('is of one line in its title and without control characters, whatever an alert is called', () => {
    const { title } = groupPost(told({ title: 'a\r\nb\u0000\u202Ec'.repeat(500) }))
    expect(title).not.toMatch(/[\r\n\0\u202E]/)
    expect(title.length).toBeLessThanOrEqual(220)
  })
})

test('an escalation only ever goes further', () => {
  const steps = [
    [page('a', 0)],
    [page('a', 1)],
    [page('a', 2)],
    [page('a', 0, { isFallback: true })],
    [page('a', 0, { round: 1 })],
    [page('a', 0, { round: 1, isFallback: true })],
  ].map(reachedOf)
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  expect(new Set(steps).size).toBe(steps.length)
  expect(reachedOf([])).toBe(0)
})

test.each([
  [1, 0, false],
  [POSTS_ALONE_MAX, 0, false],
  [POSTS_ALONE_MAX + 1, 0, true],
  [1, POSTS_ALONE_MAX, true],
  [50, 0, true],
])('%i waiting and %i made within a minute: a storm is %s', (waiting, made, isOne) => {
  expect(isStorm(waiting, made)).toBe(isOne)
})

describe('what there is to do', () => {
  const post: Post = {
    id: 'p',
    kind: 'group',
    groupId: 'g',
    vendor: 'v',
    room: '#r',
    bundledInto: null,
    providerId: 'C:1',
    shownHash: 'same',
    reached: 0,
    tries: 0,
    reason: null,
    news: 1,
    wakeAt: AT,
    postedAt: AT,
    createdAt: AT,
  }
  const now = { hash: 'same', isOver: false, reached: 0 }

  test.each([
    ['it is new', { providerId: null }, {}, 'post'],
    ['it was over before it was made', { providerId: null }, { isOver: true }, 'drop'],
    ['it changed', {}, { hash: 'other' }, 'update'],
    ['it changed and escalated: the post first', {}, { hash: 'other', reached: 1 }, 'update'],
    ['it escalated', {}, { reached: 1 }, 'reply'],
    ['it escalated and is over', {}, { reached: 1, isOver: true }, 'rest'],
    ['a summary never answers itself', { kind: 'summary' }, { reached: 1 }, 'rest'],
    ['nothing', {}, {}, 'rest'],
  ] as const)('%s', (_what, more, changed, doing) => {
    expect(doingFor({ ...post, ...more } as Post, { ...now, ...changed })).toBe(doing)
  })

  test('what is done is not done again', () => {
    const sent = { kind: 'sent', providerId: 'C:2' } as const
    const made = afterPost({ ...post, providerId: null }, { ...now, doing: 'post' }, sent, AT)
    expect(doingFor(made, now)).toBe('rest')
    const changed = afterPost(made, { ...now, hash: 'other', doing: 'update' }, sent, AT)
    expect([changed.providerId, doingFor(changed, { ...now, hash: 'other' })]).toEqual([
      'C:2',
      'rest',
    ])
    const escalated = afterPost(made, { ...now, reached: 1, doing: 'reply' }, sent, AT)
    expect(doingFor(escalated, { ...now, reached: 1 })).toBe('rest')
  })

  test('what is refused rests until something changes; what may work later is tried again', () => {
    const done = { ...now, doing: 'update' } as const
    expect(afterPost(post, done, { kind: 'gaveUp', reason: 'notInChannel' }, AT).wakeAt).toBeNull()
    expect(
      afterPost(post, done, { kind: 'tryAgain', reason: 'http500' }, AT).wakeAt,
    ).toBeGreaterThan(AT)
  })
})
