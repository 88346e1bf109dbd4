/*
 * The raw ceiling of a module: signs with RSA-2048 in a tight loop, a session for each thread.
 * ceiling MODULE SLOT_LABEL PIN CKA_ID_HEX THREADS SECONDS; prints signatures a second.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <pkcs11/pkcs11.h>

static CK_FUNCTION_LIST_PTR p11;
static CK_SLOT_ID slot;
static CK_BYTE id[64];
static CK_ULONG id_length;
static double seconds;

static void check(CK_RV rv, const char *step) {
  if (rv == CKR_OK) return;
  fprintf(stderr, "%s: 0x%lx\n", step, rv);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void *loop(void *unused) {
  /* DigestInfo of a SHA-256 digest. */
  static const CK_BYTE prefix[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
  CK_BYTE data[51] = {0}, out[1024];
  CK_SESSION_HANDLE session;
  CK_OBJECT_HANDLE key;
  CK_ULONG found = 0;
  CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE which[] = {{CKA_CLASS, &class, sizeof class}, {CKA_ID, id, id_length}};
  CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
  long done = 0;
  (void)unused;
  memcpy(data, prefix, sizeof prefix);
  check(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session), "C_OpenSession");
  check(p11->C_FindObjectsInit(session, which, 2), "C_FindObjectsInit");
  check(p11->C_FindObjects(session, &key, 1, &found), "C_FindObjects");
  check(p11->C_FindObjectsFinal(session), "C_FindObjectsFinal");
  if (found != 1) exit(2);
  for (double end = now() + seconds; now() < end; done++) {
    CK_ULONG length = sizeof out;
    data[50] = (CK_BYTE)done;
    check(p11->C_SignInit(session, &mechanism, key), "C_SignInit");
    check(p11->C_Sign(session, data, sizeof data, out, &length), "C_Sign");
  }
  return (void *)done;
}

int main(int count, char **arguments) {
  if (count != 7) return 2;
  void *library = dlopen(arguments[1], RTLD_NOW);
  CK_C_GetFunctionList get = library ? (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList") : NULL;
  if (get == NULL) return 3;
  check(get(&p11), "C_GetFunctionList");
  CK_C_INITIALIZE_ARGS locking = {0};
  locking.flags = CKF_OS_LOCKING_OK;
  check(p11->C_Initialize(&locking), "C_Initialize");
  CK_SLOT_ID slots[16];
  CK_ULONG slot_count = 16;
  check(p11->C_GetSlotList(CK_TRUE, slots, &slot_count), "C_GetSlotList");
  CK_BBOOL here = CK_FALSE;
  for (CK_ULONG at = 0; at < slot_count; at++) {
    CK_TOKEN_INFO info;
    check(p11->C_GetTokenInfo(slots[at], &info), "C_GetTokenInfo");
    size_t length = strlen(arguments[2]);
    if (memcmp(info.label, arguments[2], length) == 0 && (length == 32 || info.label[length] == ' ')) {
      slot = slots[at];
      here = CK_TRUE;
    }
  }
  if (!here) return 4;
  for (id_length = 0; id_length < sizeof id && arguments[4][2 * id_length]; id_length++) {
    unsigned octet;
    sscanf(arguments[4] + 2 * id_length, "%2x", &octet);
    id[id_length] = (CK_BYTE)octet;
  }
  CK_SESSION_HANDLE login;
  check(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &login), "C_OpenSession");
  check(p11->C_Login(login, CKU_USER, (CK_BYTE *)arguments[3], strlen(arguments[3])), "C_Login");
  int threads = atoi(arguments[5]);
  seconds = atof(arguments[6]);
  pthread_t workers[64];
  double start = now();
  long total = 0;
  for (int at = 0; at < threads; at++) pthread_create(&workers[at], NULL, loop, NULL);
  for (int at = 0; at < threads; at++) {
    void *done;
    pthread_join(workers[at], &done);
    total += (long)done;
  }
  printf("%.1f\n", total / (now() - start));
  p11->C_Finalize(NULL);
  return 0;
}
