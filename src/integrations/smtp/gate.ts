/** At most so many connections to one server at a time: mail servers turn away those with more. */
export type Gate = {
  /** Resolves when there is room; call what it gives to make room again. Null: the signal came first. */
  enter(key: string, signal: AbortSignal): Promise<(() => void) | null>
}

export function createGate(max: number): Gate {
  const inside = new Map<string, number>()
  const waiting = new Map<string, (() => void)[]>()

  function leave(key: string): void {
    const next = waiting.get(key)?.shift()
    if (next) return void next()
    const left = (inside.get(key) ?? 1) - 1
    if (left > 0) inside.set(key, left)
    else inside.delete(key)
    if (waiting.get(key)?.length === 0) waiting.delete(key)
  }

  function once(key: string): () => void {
    let isInside = true
    return () => {
      if (isInside) leave(key)
      isInside = false
    }
  }

  return {
    enter(key, signal) {
      if (signal.aborted) return Promise.resolve(null)
      const count = inside.get(key) ?? 0
      if (count < max) {
        inside.set(key, count + 1)
        return Promise.resolve(once(key))
      }
      return new Promise((resolve) => {
        const queue = waiting.get(key) ?? []
        waiting.set(key, queue)
        const admit = (): void => {
          signal.removeEventListener('abort', onAbort)
          resolve(once(key))
        }
        const onAbort = (): void => {
          queue.splice(queue.indexOf(admit), 1)
          resolve(null)
        }
        signal.addEventListener('abort', onAbort, { once: true })
        queue.push(admit)
      })
    },
  }
}
