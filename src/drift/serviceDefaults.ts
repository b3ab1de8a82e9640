/**
 * Defaults of a Service, and what the server drops when its type becomes another one (kubernetes pkg/apis/core/v1/defaults.go
 * `SetDefaults_Service`, pkg/registry/core/service/strategy.go `dropTypeDependentFields`). Pure.
 */
import { asList, asRecord } from '../flux/untyped.ts';
import { withoutFields } from './withoutFields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of `spec`. */
export function serviceDefaults(spec: Fields): Fields {
  const typed: Fields = { type: 'ClusterIP', sessionAffinity: 'None', ...spec };
  const isBalanced = typed['type'] === 'LoadBalancer';
  const isExternal = isBalanced || typed['type'] === 'NodePort';
  const affinity =
    typed['sessionAffinity'] === 'ClientIP' ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } } : {};
  const dropped = new Set([
    ...(isExternal ? [] : ['externalTrafficPolicy', 'healthCheckNodePort']),
    ...(isBalanced ? [] : ['allocateLoadBalancerNodePorts', 'loadBalancerClass']),
    ...(typed['sessionAffinity'] === 'ClientIP' ? [] : ['sessionAffinityConfig']),
  ]);
  const ports = asList(typed['ports'])?.map((port) => {
    const fields = asRecord(port);
    return fields ? portDefaults(fields, isExternal) : port;
  });
  return {
    ...(typed['type'] === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...(isExternal ? { externalTrafficPolicy: 'Cluster' } : {}),
    ...(isBalanced ? { allocateLoadBalancerNodePorts: true } : {}),
    ...affinity,
    ...withoutFields(typed, dropped),
    ...(ports ? { ports } : {}),
  };
}

function portDefaults(port: Fields, keepsNodePort: boolean): Fields {
  const kept = keepsNodePort ? port : withoutFields(port, new Set(['nodePort']));
  return { protocol: 'TCP', ...(port['port'] === undefined ? {} : { targetPort: port['port'] }), ...kept };
}
