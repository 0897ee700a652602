// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread of the extension's own.

#include "events.h"
#include <pthread.h>
#include <time.h>

int interval = 1;
_Atomic int stopping;
static long beats;
static pthread_mutex_t beats_mutex = PTHREAD_MUTEX_INITIALIZER;
static long missed;

static void *run(void *unused) {
  while (!stopping) {
    struct timespec pause = {interval, 0};
    if (nanosleep(&pause, NULL) != 0)
      missed++;
    pthread_mutex_lock(&beats_mutex);
    beats++;
    pthread_mutex_unlock(&beats_mutex);
    PyGILState_STATE state = PyGILState_Ensure();
    listeners_fire();
    PyGILState_Release(state);
  }
  return NULL;
}

int worker_start(void) {
  pthread_t thread;
  return pthread_create(&thread, NULL, run, NULL);
}

long worker_beats(void) {
  pthread_mutex_lock(&beats_mutex);
  long now = beats;
  pthread_mutex_unlock(&beats_mutex);
  return now + missed;
}
