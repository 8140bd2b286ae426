import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/_app/clusters/$cluster/pipelines/$pipeline')({ component: () => <p>soon</p> });
