{{/* The pod template of a role: (dict "root" $ "role" "api" "component" "api" "resources" …) */}}
{{- define "entrepot.pod" -}}
{{- $top := .root -}}
{{- $values := $top.Values -}}
metadata:
  labels:
    {{- include "entrepot.selector" $top | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    {{- if $values.metrics.annotations }}
    prometheus.io/scrape: "true"
    prometheus.io/path: /metrics
    prometheus.io/port: {{ ternary "5443" "5050" $values.tls.enabled | quote }}
    prometheus.io/scheme: {{ ternary "https" "http" $values.tls.enabled }}
    {{- end }}
    {{- if $values.database.url }}
    # A change of the URL in the values replaces the pods.
    entrepot/database: {{ $values.database.url | sha256sum | trunc 16 | quote }}
    {{- end }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "entrepot.serviceAccount" $top }}
  # It never asks Kubernetes; what a cloud's role needs is mounted apart from this.
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
  {{- with $values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    fsGroup: 10001
    seccompProfile:
      type: RuntimeDefault
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- if $values.topologySpreadConstraints }}
    {{- toYaml $values.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    {{- $component := .component }}
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "entrepot.selector" $top | nindent 10 }}
          app.kubernetes.io/component: {{ $component }}
    {{- end }}
    {{- end }}
  containers:
    - name: entrepot
      image: {{ include "entrepot.image" $top }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: [serve]
      securityContext:
        {{- include "entrepot.containerSecurity" $top | nindent 8 }}
      ports:
        - name: {{ ternary "https" "http" $values.tls.enabled }}
          containerPort: {{ ternary 5443 5050 $values.tls.enabled }}
      env:
        {{- include "entrepot.environment" (dict "root" $top "role" .role) | nindent 8 }}
      # A migration comes before the first answer, and one of a large database takes its time.
      startupProbe:
        {{- include "entrepot.probe" (dict "root" $top "path" "/healthz") | nindent 8 }}
        periodSeconds: 2
        timeoutSeconds: 5
        failureThreshold: 330
      livenessProbe:
        {{- include "entrepot.probe" (dict "root" $top "path" "/healthz") | nindent 8 }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      # Database, store, keys and schema. One that is down for all is no reason to restart anything.
      readinessProbe:
        {{- include "entrepot.probe" (dict "root" $top "path" "/readyz") | nindent 8 }}
        periodSeconds: 5
        timeoutSeconds: 4
        failureThreshold: 2
      # No shell: node waits until nobody sends new connections here.
      lifecycle:
        preStop:
          exec:
            command: [node, --eval, "setTimeout(() => {}, {{ mul $values.preStopSeconds 1000 }})"]
      resources:
        {{- toYaml .resources | nindent 8 }}
      volumeMounts:
        - { name: data, mountPath: /data }
        - { name: master-key, mountPath: /etc/entrepot/master-key, readOnly: true }
        {{- if $values.tls.enabled }}
        - { name: tls, mountPath: /etc/entrepot/tls, readOnly: true }
        {{- end }}
        {{- if $values.database.caSecret }}
        - { name: database, mountPath: /etc/entrepot/database, readOnly: true }
        {{- end }}
  volumes:
    # Nothing of a fleet is kept here.
    - name: data
      emptyDir: { sizeLimit: 16Mi }
    - name: master-key
      secret:
        secretName: {{ required "masterKey.existingSecret: name the secret that holds the master key" $values.masterKey.existingSecret }}
        defaultMode: 0440
        items: [{ key: {{ $values.masterKey.secretKey }}, path: master-key }]
    {{- if $values.tls.enabled }}
    - name: tls
      secret:
        secretName: {{ required "tls.existingSecret: name the secret that holds the certificate" $values.tls.existingSecret }}
        defaultMode: 0440
    {{- end }}
    {{- with $values.database.caSecret }}
    - name: database
      secret: { secretName: {{ . }}, defaultMode: 0440 }
    {{- end }}
{{- end -}}

{{- define "entrepot.probe" -}}
httpGet:
  path: {{ .path }}
  port: {{ ternary "https" "http" .root.Values.tls.enabled }}
  scheme: {{ ternary "HTTPS" "HTTP" .root.Values.tls.enabled }}
{{- end -}}

{{- define "entrepot.environment" -}}
{{- $top := .root -}}
{{- $values := $top.Values -}}
- { name: ENTREPOT_ROLE, value: {{ .role }} }
- { name: ENTREPOT_DOMAIN, value: {{ required "domain: name the parent of the registry's host names" $values.domain | quote }} }
- { name: ENTREPOT_ACCOUNT, value: {{ $values.account | quote }} }
- { name: ENTREPOT_REGION, value: {{ $values.region | quote }} }
{{- with $values.regions }}
- { name: ENTREPOT_REGIONS, value: {{ join "," . | quote }} }
{{- end }}
- { name: ENTREPOT_LOG_LEVEL, value: {{ $values.logLevel | quote }} }
{{- if $values.tls.enabled }}
- { name: ENTREPOT_HTTP, value: "off" }
- { name: ENTREPOT_HTTPS, value: "0.0.0.0:5443" }
- { name: ENTREPOT_TLS_CERT, value: /etc/entrepot/tls/tls.crt }
- { name: ENTREPOT_TLS_KEY, value: /etc/entrepot/tls/tls.key }
{{- else }}
- { name: ENTREPOT_HTTP, value: "0.0.0.0:5050" }
- { name: ENTREPOT_HTTPS, value: "off" }
{{- if not $values.trustedProxies }}
{{- fail "trustedProxies: name the addresses of what ends TLS in front, or set tls.enabled" }}
{{- end }}
{{- end }}
{{- with $values.trustedProxies }}
- { name: ENTREPOT_TRUSTED_PROXY, value: {{ join "," . | quote }} }
{{- end }}
- name: ENTREPOT_DATABASE
  valueFrom:
    secretKeyRef:
      {{- if $values.database.url }}
      name: {{ include "entrepot.fullname" $top }}-database
      key: url
      {{- else }}
      name: {{ required "database.existingSecret: name the secret that holds the database's URL" $values.database.existingSecret }}
      key: {{ $values.database.secretKey }}
      {{- end }}
- { name: ENTREPOT_BLOBS, value: {{ required "blobs.url: name the bucket" $values.blobs.url | quote }} }
- { name: ENTREPOT_MASTER_KEY_FILE, value: /etc/entrepot/master-key/master-key }
{{- $root := required "rootKey.existingSecret: name the secret that holds root's access key" $values.rootKey.existingSecret }}
- name: ENTREPOT_ROOT_ACCESS_KEY_ID
  valueFrom: { secretKeyRef: { name: {{ $root }}, key: access-key-id } }
- name: ENTREPOT_ROOT_SECRET_ACCESS_KEY
  valueFrom: { secretKeyRef: { name: {{ $root }}, key: secret-access-key } }
{{- with $values.blobs.existingSecret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom: { secretKeyRef: { name: {{ . }}, key: AWS_ACCESS_KEY_ID } }
- name: AWS_SECRET_ACCESS_KEY
  valueFrom: { secretKeyRef: { name: {{ . }}, key: AWS_SECRET_ACCESS_KEY } }
{{- end }}
{{- range $name, $value := $values.settings }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- with $values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
