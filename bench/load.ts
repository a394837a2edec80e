/** The load generator: a process of its own, plain sockets, one request under way on each connection. */
import { connect } from 'node:net'

export type Load = {
  port: number
  path: string
  connections: number
  requests: number
  batch: number
  key: string
  prefix: string
  perSecond: number
}

function bodyOf(load: Load, number: number): string {
  if (load.batch === 1) {
    return JSON.stringify({
      routing_key: load.key,
      event_action: 'trigger',
      dedup_key: `${load.prefix}${number}`,
      payload: {
        // Whoever is paged can tell how long it took.
        summary: `alert ${load.prefix}${number} sent ${performance.timeOrigin + performance.now()}`,
        source: 'bench',
        severity: 'error',
      },
    })
  }
  const alerts = Array.from({ length: load.batch }, (_, index) => ({
    status: 'firing',
    labels: { alertname: 'Bench', instance: `${load.prefix}${number * load.batch + index}` },
    annotations: { summary: 'bench' },
    startsAt: '2026-11-23T09:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
  }))
  return JSON.stringify({
    version: '4',
    groupKey: `g${load.prefix}${number}`,
    status: 'firing',
    alerts,
  })
}

/** Sends all requests; gives the times each took, in milliseconds, and how many were refused. */
async function run(
  load: Load,
): Promise<{ seconds: number; times: number[]; refused: number; cpuSeconds: number }> {
  let next = 0
  let refused = 0
  const times: number[] = []
  const began = performance.now()
  const cpu = process.cpuUsage()
  const one = (): Promise<void> =>
    new Promise((done, fail) => {
      const socket = connect(load.port, '127.0.0.1')
      socket.setNoDelay(true)
      let sentAt = 0
      let waiting = ''
      const send = (): void => {
        if (next >= load.requests) {
          socket.end()
          done()
          return
        }
        const number = next
        next += 1
        const due = load.perSecond > 0 ? began + (number / load.perSecond) * 1_000 : 0
        const write = (): void => {
          const body = bodyOf(load, number)
          sentAt = performance.now()
          socket.write(
            `POST ${load.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
          )
        }
        const wait = due - performance.now()
        if (wait > 1) setTimeout(write, wait)
        else write()
      }
      socket.on('connect', send)
      socket.on('error', fail)
      socket.on('data', (chunk) => {
        waiting += chunk.toString('latin1')
        const head = waiting.indexOf('\r\n\r\n')
        if (head < 0) return
        const length = Number(/content-length: (\d+)/i.exec(waiting)?.[1] ?? 0)
        if (waiting.length < head + 4 + length) return
        if (!/^HTTP\/1\.1 20\d/.test(waiting)) refused += 1
        times.push(performance.now() - sentAt)
        waiting = ''
        send()
      })
    })
  await Promise.all(Array.from({ length: load.connections }, one))
  const used = process.cpuUsage(cpu)
  return {
    seconds: (performance.now() - began) / 1_000,
    times,
    refused,
    cpuSeconds: (used.user + used.system) / 1e6,
  }
}

process.on('message', (load: Load) => {
  void run(load).then(({ times, ...result }) => {
    const sorted = times.sort((a, b) => a - b)
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    process.send?.({ ...result, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 })
  })
})
