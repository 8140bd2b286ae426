package demo

// How the demonstration's failed jobs ended.
const (
	buildLog = `#21 [python-requirements 6/9] RUN pip install -r ./requirements/edx/base.txt
#21 63.88 ERROR: Cannot install -r ./requirements/edx/base.txt (line 214) and edx-enterprise==5.6.1 because these package versions have conflicting dependencies.
#21 63.88
#21 63.88 The conflict is caused by:
#21 63.88     The user requested edx-enterprise==5.6.1
#21 63.88     edx-platform 0.1 depends on edx-enterprise==5.7.0
#21 63.90 ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/
#21 ERROR: process "/bin/sh -c pip install -r ./requirements/edx/base.txt" did not complete successfully: exit code: 1
------
Dockerfile:118
--------------------
 116 |     COPY --from=code /openedx/edx-platform/requirements/edx/base.txt ./requirements/edx/
 117 |
 118 | >>> RUN pip install -r ./requirements/edx/base.txt
--------------------
ERROR: failed to solve: process "/bin/sh -c pip install -r ./requirements/edx/base.txt" did not complete successfully: exit code: 1
Error: Command failed with status 1: docker build -t registry.example.org/openedx:latest
`
	migrationLog = `job.batch/lms-job created
  Applying course_overviews.0031_add_enrollment_cap... OK
  Applying student.0048_manualenrollmentaudit_role...Traceback (most recent call last):
  File "/openedx/venv/lib/python3.11/site-packages/django/db/backends/mysql/base.py", line 76, in execute
    return self.cursor.execute(query, args)
MySQLdb.OperationalError: (1205, 'Lock wait timeout exceeded; try restarting transaction')

The above exception was the direct cause of the following exception:

django.db.utils.OperationalError: (1205, 'Lock wait timeout exceeded; try restarting transaction')
Error: Job lms-job failed: BackoffLimitExceeded
`
	lockLog = `Acquiring state lock. This may take a few moments...

Error: Error acquiring the state lock

Error message: HTTP remote state already locked:
ID=5e9c1a52-4f0b-6f62-2a7c-0d5d7be1ab90
Lock Info:
  ID:        5e9c1a52-4f0b-6f62-2a7c-0d5d7be1ab90
  Operation: OperationTypeApply
  Who:       root@runner-t1qx7z9f-project-102-concurrent-0
  Version:   1.5.7

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time. Please resolve the issue above and try
again.
`
	rolloutLog = `Waiting for deployment "lms" rollout to finish: 1 out of 2 new replicas have been updated...
error: timed out waiting for the condition
lms-7c9d5b8f66-xw2lq   0/1   CrashLoopBackOff   6 (42s ago)   9m
ImportError: cannot import name 'ugettext_lazy' from 'django.utils.translation'
`
	memoryLog = `deployment.apps/lms configured
Waiting for deployment "lms" rollout to finish: 0 of 1 updated replicas are available...
lms-6f5c9d7b84-k2v9x   0/1   Pending   0   10m
Warning  FailedScheduling  0/1 nodes are available: 1 Insufficient memory.
error: timed out waiting for the condition
`
	smokeLog = `GET /heartbeat: 503 {"modulestore": {"status": true}, "sql": {"status": false, "message": "(2003, \"Can't connect to MySQL server on 'mysql.internal'\")"}}
Error: the instance does not answer after 10 attempts
`
)
