"""The Django peer's model, serializer, view and address."""

from django.db import models
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.peers import digest, judged, public_key

PUBLIC = public_key()


class Letter(models.Model):
    token = models.CharField(max_length=64, primary_key=True)
    number = models.TextField()
    name = models.TextField()
    status = models.TextField()
    valid_until = models.DateTimeField()
    content = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "peerletter"


class Answer(serializers.Serializer):
    answer = serializers.CharField()
    number = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    valid_until = serializers.DateTimeField(required=False)


class Check(APIView):
    def post(self, request):
        letter = Letter.objects.filter(token=digest(request.data["code"])).first()
        return Response(Answer(judged(letter, PUBLIC)).data)


urlpatterns = [path("api/v1/hospital/check", Check.as_view())]
