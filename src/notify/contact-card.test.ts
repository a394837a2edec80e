import { expect, test } from 'vitest'
import { contactCard } from './contact-card.ts'

const card = (more: Partial<Parameters<typeof contactCard>[0]> = {}) =>
  contactCard({
    name: 'Allclear',
    numbers: ['+15550001111'],
    url: null,
    note: 'It pages.',
    ...more,
  })

test('is a contact with every number it calls from', () => {
  expect(
    card({ numbers: ['+15550001111', '+351912345678'], url: 'https://pager.example.com' }),
  ).toBe(
    [
      'BEGIN:VCARD',
      'VERSION:3.0',
      'N:;Allclear;;;',
      'FN:Allclear',
      'ORG:Allclear',
      'TEL;TYPE=WORK,VOICE:+15550001111',
      'TEL;TYPE=WORK,VOICE:+351912345678',
      'URL:https://pager.example.com',
      'NOTE:It pages.',
      'END:VCARD',
      '',
    ].join('\r\n'),
  )
})

test('escapes what has a meaning of its own, so that nothing is added to the card', () => {
  const text = card({ name: 'A;B,C\\D\r\nTEL:+1900', note: 'x\nEND:VCARD\0' })
  expect(text).toContain('FN:A\\;B\\,C\\\\D\\nTEL:+1900\r\n')
  expect(text.match(/^(TEL|END)/gm)).toHaveLength(2)
  expect(text).not.toMatch(/\0/)
})

test('folds long lines between characters', () => {
  const note = `${'é🔥'.repeat(60)} end`
  const text = card({ note })
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
  expect(text.replaceAll('\r\n ', '')).toContain(`NOTE:${note}`)
})
