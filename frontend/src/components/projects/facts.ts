import type { Cluster } from '@/api/types';

/** Facts and links of a cluster by the names the API has for them. */
const words: Partial<Record<string, string>> = {
  name: 'Name',
  provider: 'Provider',
  region: 'Region',
  domain: 'Domain',
  nodeSize: 'Node size',
  nodesMin: 'Nodes, at least',
  nodesMax: 'Nodes, at most',
  mysqlSize: 'MySQL size',
  mongodbSize: 'MongoDB size',
  gitlab: 'GitLab project',
  grafana: 'Grafana',
  prometheus: 'Prometheus',
  alertmanager: 'Alertmanager',
  kubernetes: 'Kubernetes at the provider',
  openfaas: 'OpenFaaS gateway',
};

/** The links a cluster may have, in the order they are shown. */
export const linkNames = [
  'gitlab',
  'grafana',
  'prometheus',
  'alertmanager',
  'kubernetes',
  'openfaas',
] as const;

export function factWord(name: string): string {
  return words[name] ?? name;
}

export function isOverridden(cluster: Cluster, name: string): boolean {
  return cluster.overridden?.includes(name) ?? false;
}

/** What Ocim shows as a fact or link; undefined when it knows none. */
export function shownAs(cluster: Cluster, name: string): string | undefined {
  const link = cluster.links?.find((l) => l.name === name);
  if (link) return link.url;
  const value = Object.entries(cluster).find(([key]) => key === name)?.[1] as unknown;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What was found for a fact or link, overridden or not. */
export function foundAs(cluster: Cluster, name: string): string | undefined {
  return isOverridden(cluster, name) ? cluster.found?.[name] : shownAs(cluster, name);
}
