import type { Cluster } from '@/api/types';
import * as texts from '@/texts/projects';

/** Facts and links of a cluster by the names the API has for them. */
const words: Partial<Record<string, string>> = {
  name: texts.name,
  provider: texts.provider,
  region: texts.region,
  domain: texts.domain,
  nodeSize: texts.nodeSize,
  nodesMin: texts.minimumNodes,
  nodesMax: texts.maximumNodes,
  mysqlSize: texts.mysqlSize,
  mongodbSize: texts.mongodbSize,
  gitlab: texts.gitlabProject,
  grafana: texts.grafana,
  prometheus: texts.prometheus,
  alertmanager: texts.alertmanager,
  kubernetes: texts.providersKubernetesConsole,
  openfaas: texts.openfaasGateway,
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
