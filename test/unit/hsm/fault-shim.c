/*
 * A PKCS#11 module that passes every call on to SHIM_MODULE and fails where the file SHIM_FAULTS says so.
 * A line of it: FUNCTION RV DELAY_MS. C_GetTokenInfo takes flags to set, C_GetMechanismList a mechanism to hide. SHIM_LOG gets a line a C_Login.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <pkcs11/pkcs11.h>

static CK_FUNCTION_LIST real, faulty;

static CK_RV fault(const char *function) {
  char name[64];
  unsigned long rv;
  unsigned delay;
  CK_RV found = 0;
  FILE *file = fopen(getenv("SHIM_FAULTS"), "r");
  if (file == NULL) return 0;
  while (fscanf(file, "%63s %lu %u", name, &rv, &delay) == 3) {
    if (strcmp(name, function) != 0) continue;
    usleep(delay * 1000);
    found = rv;
  }
  fclose(file);
  return found;
}

static CK_RV shim_sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR out, CK_ULONG_PTR size) {
  CK_RV rv = fault("C_Sign");
  return rv ? rv : real.C_Sign(session, data, length, out, size);
}

static CK_RV shim_sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
  CK_RV rv = fault("C_SignInit");
  return rv ? rv : real.C_SignInit(session, mechanism, key);
}

static CK_RV shim_generate_pair(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_ATTRIBUTE_PTR publicly, CK_ULONG publics, CK_ATTRIBUTE_PTR privately, CK_ULONG privates, CK_OBJECT_HANDLE_PTR public, CK_OBJECT_HANDLE_PTR private) {
  CK_RV rv = fault("C_GenerateKeyPair");
  return rv ? rv : real.C_GenerateKeyPair(session, mechanism, publicly, publics, privately, privates, public, private);
}

/* A mechanism that is hidden does not work either. */
static CK_RV shim_decrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
  if (mechanism->mechanism == CKM_RSA_X_509 && fault("C_GetMechanismList") == CKM_RSA_X_509) return CKR_MECHANISM_INVALID;
  return real.C_DecryptInit(session, mechanism, key);
}

static CK_RV shim_login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  FILE *log = fopen(getenv("SHIM_LOG"), "a");
  if (log != NULL) {
    fprintf(log, "C_Login %lu\n", user);
    fclose(log);
  }
  CK_RV rv = fault("C_Login");
  return rv ? rv : real.C_Login(session, user, pin, length);
}

static CK_RV shim_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  CK_RV rv = real.C_GetTokenInfo(slot, info);
  if (rv == CKR_OK) info->flags |= fault("C_GetTokenInfo");
  return rv;
}

static CK_RV shim_mechanisms(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count) {
  CK_RV rv = real.C_GetMechanismList(slot, list, count);
  CK_RV hidden = fault("C_GetMechanismList");
  if (rv == CKR_OK && hidden && list != NULL) {
    for (CK_ULONG at = 0; at < *count; at++) {
      if (list[at] == hidden) list[at] = CKM_MD5;
    }
  }
  return rv;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR out) {
  void *library = dlopen(getenv("SHIM_MODULE"), RTLD_NOW);
  CK_C_GetFunctionList get = library ? (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList") : NULL;
  CK_FUNCTION_LIST_PTR list;
  if (get == NULL || get(&list) != CKR_OK) return CKR_GENERAL_ERROR;
  real = *list;
  faulty = real;
  faulty.C_Sign = shim_sign;
  faulty.C_SignInit = shim_sign_init;
  faulty.C_GenerateKeyPair = shim_generate_pair;
  faulty.C_DecryptInit = shim_decrypt_init;
  faulty.C_Login = shim_login;
  faulty.C_GetTokenInfo = shim_token_info;
  faulty.C_GetMechanismList = shim_mechanisms;
  *out = &faulty;
  return CKR_OK;
}
