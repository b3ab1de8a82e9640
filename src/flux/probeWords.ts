/**
 * What a kubelet tells of probes and hooks that failed, without what they have written: with `exec` its message is the output of a
 * command, with a hook the command as well, and either may hold anything. Only forms that are known to be the kubelet's, or its HTTP
 * client's, are taken over (kubernetes pkg/probe, pkg/kubelet/prober, pkg/kubelet/lifecycle).
 */

const leads: ReadonlyMap<string, string> = new Map([
  ['Unhealthy', 'probe failed'],
  ['ProbeWarning', 'probe warning'],
  ['PostStartHookError', 'hook failed'],
  ['FailedPostStartHook', 'hook failed'],
  ['FailedPreStopHook', 'hook failed'],
]);

const ownLead = /^(?:Liveness|Readiness|Startup) probe (?:failed|errored|warning)\b/;

/** None has room for a word of somebody else. An address of a probe is left out: its query is free text. */
const ownWords =
  /\bstatuscode: \d{3}\b|\bdial tcp (?:[\d.]{7,15}|\[[\da-f:.]{2,45}\]):\d{1,5}\b|\bconnection refused\b|\bconnection reset by peer\b|\bno route to host\b|\bi\/o timeout\b|\bcontext deadline exceeded\b|\bserver gave HTTP response to HTTPS client\b|\btimed out after \d{1,6}m?s\b|\btimed out\b|\bexit(?:ed with| code:?| status) \d{1,3}\b|\bNOT_SERVING\b/g;

/** `Readiness probe failed: statuscode: 503`; the message of any other reason as it is. */
export function probeWords(reason: string, message: string): string {
  const lead = leads.get(reason);
  if (lead === undefined) {
    return message;
  }
  const words = new Set(message.match(ownWords) ?? []);
  return [ownLead.exec(message)?.[0] ?? lead, ...(words.size === 0 ? [] : [[...words].join(', ')])].join(': ');
}
