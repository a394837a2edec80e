import type { Position } from './mistake.ts'

/**
 * Something that a person should know and that does not stand in the way: what it is, where it
 * stands (null: not in this file) and what would make it good.
 */
export type Finding = {
  rule: string
  sentence: string
  position: Position | null
  wayOut: string
}
