import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/_app/administration/users')({ component: () => <p>soon</p> });
